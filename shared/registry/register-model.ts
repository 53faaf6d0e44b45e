import { ObjectId } from 'mongodb'
import { findJob } from '../job-store/accept.ts'
import { findResult } from '../job-store/commit.ts'
import type { CompletedResult, JobResult } from '../jobs/result.ts'
import { DamagedModel } from '../models/damaged-model.ts'
import { checkedFile, readManifest, verifyFile } from '../models/read-model.ts'
import { deletedKey, modelKey } from '../storage/keys.ts'
import { collectionsIn } from './collections.ts'
import { jobDocument, MODEL_FILE, modelDocument } from './documents.ts'
import { putFile, removeFile } from './gridfs.ts'
import type { ModelStores, Registry } from './registry.ts'
import { readTags } from './tags.ts'

/**
 * Copies a committed result from the bucket into the registry: the model's file into GridFS, its document into
 * `models`, the job's into `jobs`. Ids, times and contents follow from the bucket alone, so that any number of calls,
 * in any order, also cut short, leave the same registry. Of a model that was deleted only the job is registered.
 *
 * @returns the result, or undefined when there is none under that id.
 * @throws DamagedModel when the model's file is not the one that was trained; the registry then stays as it was.
 */
export async function registerModel(stores: ModelStores, jobId: string): Promise<JobResult | undefined> {
  const result = await findResult(stores.bucket, jobId)
  if (result === undefined) return undefined
  const job = await findJob(stores.bucket, jobId)
  if (result.status === 'completed') await registerCompleted(stores, result)
  await collectionsIn(stores.registry.db).jobs.replaceOne({ _id: jobId }, jobDocument(result, job), {
    upsert: true,
  })
  return result
}

async function registerCompleted({ bucket, registry }: ModelStores, result: CompletedResult): Promise<void> {
  const { model_id } = result
  const { db } = registry
  const isDeleted = () => bucket.exists(deletedKey(model_id))
  if (await isDeleted()) return removeModel(registry, model_id)
  const manifest = await readManifest(bucket, model_id)
  if (manifest === undefined) {
    throw new DamagedModel(`The bucket ${bucket.name} lacks ${modelKey(model_id, 'manifest.json')}.`)
  }
  // Before the first byte is stored, so that a damaged file cannot replace a good copy.
  await verifyFile(bucket, manifest, MODEL_FILE)
  const id = new ObjectId(model_id)
  await putFile(
    db,
    {
      id,
      filename: `${cleanName(manifest.model_name)}_${manifest.version}.onnx`,
      metadata: { job_id: result.job_id, sha256: manifest.files[MODEL_FILE].sha256 },
      uploadDate: new Date(manifest.created_at),
    },
    checkedFile(bucket, manifest, MODEL_FILE),
  )
  const { models } = collectionsIn(db)
  await models.createIndex({ created_at: -1 })
  const tags = await readTags(bucket, model_id)
  await models.replaceOne({ _id: id }, modelDocument(manifest, tags, bucket.name), { upsert: true })
  // delete-model writes the tombstone first: either we see it here, or that deletion runs after us.
  if (await isDeleted()) await removeModel(registry, model_id)
}

/** Removes a model from the registry, its document last: by that it is found again if this is interrupted. */
export async function removeModel({ db }: Registry, modelId: string): Promise<void> {
  const { models } = collectionsIn(db)
  const _id = new ObjectId(modelId)
  const document = await models.findOne({ _id }, { projection: { file_id: 1 } })
  await removeFile(db, document?.file_id instanceof ObjectId ? document.file_id : _id)
  await models.deleteOne({ _id })
}

function cleanName(name: string): string {
  return name.replaceAll(/[^\w.-]+/g, '_')
}
