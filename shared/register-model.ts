import { ObjectId } from 'mongodb'
import { modelType } from './algorithms/names.ts'
import { type Manifest, manifestSchema } from './artifact/manifest.ts'
import { acceptedJob, type CompletedResult, type JobNote, type JobResult, jobResult } from './job.ts'
import { putFile } from './registry/put-file.ts'
import type { Registry } from './registry/registry.ts'
import { jobKeys, modelKey } from './storage/keys.ts'
import type { ObjectStore } from './storage/object-store.ts'

/** The file of a model that the registry keeps a copy of. */
const MODEL_FILE = 'model.onnx'

/**
 * Copies a committed result from the bucket into the registry: the model's file into GridFS, its document into
 * `models`, the job's into `jobs`. Ids, times and contents follow from the bucket alone, so that any number of calls,
 * in any order, also cut short, leave the same registry.
 *
 * @returns the result, or undefined when there is none under that id.
 */
export async function registerModel(
  jobId: string,
  store: ObjectStore,
  bucket: string,
  registry: Registry,
): Promise<JobResult | undefined> {
  const found = await store.getJson(bucket, jobKeys.result(jobId))
  if (found === undefined) return undefined
  const result = jobResult.parse(found)
  // A job that was cancelled before it began has a result but was never accepted.
  const accepted = await store.getJson(bucket, jobKeys.accepted(jobId))
  const job = accepted === undefined ? undefined : acceptedJob.parse(accepted)
  if (result.status === 'completed') await registerCompleted(result, store, bucket, registry)
  await registry.db
    .collection<{ _id: string }>('jobs')
    .replaceOne({ _id: jobId }, jobDocument(result, job), { upsert: true })
  return result
}

async function registerCompleted(
  result: CompletedResult,
  store: ObjectStore,
  bucket: string,
  registry: Registry,
): Promise<void> {
  const manifest = manifestSchema.parse(
    await store.getJson(bucket, modelKey(result.model_id, 'manifest.json')),
  )
  const id = new ObjectId(result.model_id)
  const body = await store.stream(bucket, modelKey(result.model_id, MODEL_FILE))
  if (body === undefined) throw new Error(`The bucket has no ${modelKey(result.model_id, MODEL_FILE)}.`)
  const { sha256 } = manifest.files[MODEL_FILE]
  await putFile(
    registry.db,
    {
      id,
      filename: `${cleanName(manifest.model_name)}_${manifest.version}.onnx`,
      metadata: { job_id: result.job_id, sha256 },
      uploadDate: new Date(manifest.created_at),
    },
    body,
  )
  const models = registry.db.collection('models')
  await models.createIndex({ created_at: -1 })
  await models.replaceOne({ _id: id }, modelDocument(id, manifest), { upsert: true })
}

/** The original worker's document, and after it what ours adds. */
function modelDocument(id: ObjectId, manifest: Manifest) {
  return {
    file_id: id,
    job_id: manifest.job_id,
    name: manifest.model_name,
    algorithm: manifest.algorithm,
    hyperparameters: storable(manifest.hyperparameters),
    metrics: manifest.metrics,
    version: manifest.version,
    created_at: new Date(manifest.created_at),
    model_type: modelType(manifest.algorithm),
    dataset_name: manifest.dataset.name,
    training_duration: manifest.metrics.training_time,
    features: manifest.signature.inputs.map((input) => input.name),
    target_column: manifest.signature.output.name,
    status: 'trained',
    dataset: manifest.dataset,
    sha256: manifest.files[MODEL_FILE].sha256,
    warnings: manifest.warnings,
  }
}

function jobDocument(result: JobResult, job: JobNote | undefined) {
  const { job_id, ...outcome } = result
  return {
    job_id,
    ...outcome,
    ...(job?.message ? { message: storable(job.message) } : {}),
    ...(job === undefined ? {} : { created_at: new Date(job.accepted_at) }),
  }
}

/** Levels that MongoDB takes of a document are 100; a message may have more. */
const DEEPEST = 50

/** A value from JSON as a document can hold it: no NUL in a name, and what lies too deep as its text. */
function storable(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth === DEEPEST) return JSON.stringify(value)
  if (Array.isArray(value)) return value.map((inner) => storable(inner, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replaceAll('\0', '\ufffd'),
      storable(inner, depth + 1),
    ]),
  )
}

function cleanName(name: string): string {
  return name.replaceAll(/[^\w.-]+/g, '_')
}
