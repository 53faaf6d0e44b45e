import { ObjectId } from 'mongodb'
import { jobEnded, modelRegistered } from '../events/event.ts'
import { type Announce, announceNothing } from '../events/send-events.ts'
import { findJob } from '../job-store/accept.ts'
import { findResult } from '../job-store/commit.ts'
import { resultKey } from '../job-store/result-key.ts'
import type { CompletedResult, JobResult } from '../jobs/result.ts'
import { DamagedModel } from '../models/damaged-model.ts'
import { readManifest, verifiedFile } from '../models/read-model.ts'
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
 * @param announce is told of the result and of the model before the job's document says so: as long as that is missing, this
 *   is done again, and so is what was not announced.
 * @returns the result, or undefined when there is none under that id.
 * @throws DamagedModel when the model's file is not the one that was trained; the registry then stays as it was.
 */
export async function registerModel(
  stores: ModelStores,
  jobId: string,
  announce: Announce = announceNothing,
): Promise<JobResult | undefined> {
  const result = await findResult(stores.bucket, jobId)
  if (result === undefined) return undefined
  const job = await findJob(stores.bucket, jobId)
  const isRegistered = result.status === 'completed' && (await registerCompleted(stores, result))
  const { name } = stores.bucket
  await announce([
    ...(isRegistered ? [modelRegistered(name, result)] : []),
    jobEnded(name, resultKey(jobId), result),
  ])
  await collectionsIn(stores.registry.db).jobs.replaceOne({ _id: jobId }, jobDocument(result, job), {
    upsert: true,
  })
  return result
}

/** Returns whether the model is there: whether it was not deleted. */
async function registerCompleted(
  { bucket, registry }: ModelStores,
  result: CompletedResult,
): Promise<boolean> {
  const { model_id } = result
  const { db } = registry
  const isDeleted = () => bucket.exists(deletedKey(model_id))
  if (await isDeleted()) {
    await removeModel(registry, model_id)
    return false
  }
  const manifest = await readManifest(bucket, model_id)
  if (manifest === undefined) {
    throw new DamagedModel(`The bucket ${bucket.name} lacks ${modelKey(model_id, 'manifest.json')}.`)
  }
  // Before the first byte is stored, so that a damaged file cannot replace a good copy.
  const file = await verifiedFile(bucket, manifest, MODEL_FILE)
  const id = new ObjectId(model_id)
  await putFile(
    db,
    {
      id,
      filename: `${cleanName(manifest.model_name)}_${manifest.version}.onnx`,
      metadata: { job_id: result.job_id, sha256: manifest.files[MODEL_FILE].sha256 },
      uploadDate: new Date(manifest.created_at),
    },
    file,
  )
  const { models } = collectionsIn(db)
  await models.createIndex({ created_at: -1 })
  const tags = await readTags(bucket, model_id)
  await models.replaceOne({ _id: id }, modelDocument(manifest, tags, bucket.name), { upsert: true })
  // delete-model writes the tombstone first: either we see it here, or that deletion runs after us.
  if (!(await isDeleted())) return true
  await removeModel(registry, model_id)
  return false
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
