/** The documents that the registry has of models and jobs, made from what the bucket has of them. */
import { ObjectId } from 'mongodb'
import { modelType } from '../algorithms/names.ts'
import type { Manifest } from '../artifact/manifest.ts'
import type { AttemptFailure, JobRecord } from '../jobs/records.ts'
import type { CompletedResult, JobResult } from '../jobs/result.ts'
import { modelKey } from '../storage/keys.ts'
import type { JobDocument, ModelDocument } from './collections.ts'
import { messageFields } from './job-progress.ts'
import { truncateDocument } from './truncate-document.ts'

/** The file of a model that the registry keeps a copy of. */
export const MODEL_FILE = 'model.onnx'

/**
 * The original worker's document (without `_id`), with the fields of its storage service, and after them what ours adds, cut
 * to what MongoDB can hold.
 *
 * @param bucket the name of the bucket that has the model.
 */
export function modelDocument(
  manifest: Manifest,
  tags: Record<string, string>,
  bucket: string,
): Omit<ModelDocument, '_id'> {
  const file = manifest.files[MODEL_FILE]
  const object = modelKey(manifest.model_id, MODEL_FILE)
  const createdAt = new Date(manifest.created_at)
  return truncateDocument({
    file_id: new ObjectId(manifest.model_id),
    job_id: manifest.job_id,
    name: manifest.model_name,
    algorithm: manifest.algorithm,
    ...(manifest.task === undefined ? {} : { task: manifest.task }),
    hyperparameters: manifest.hyperparameters,
    metrics: manifest.metrics,
    ...(manifest.cross_validation && { cross_validation: manifest.cross_validation }),
    ...(manifest.search && { search: manifest.search }),
    ...(manifest.leaderboard && { leaderboard: manifest.leaderboard }),
    version: manifest.version,
    created_at: createdAt,
    model_type: modelType(manifest.algorithm),
    dataset_name: manifest.dataset.name,
    training_duration: manifest.metrics.training_time,
    features: manifest.signature.inputs.map((input) => input.name),
    target_column: manifest.signature.output.name,
    status: 'trained',
    size_bytes: file.bytes,
    checksum: file.sha256,
    updated_at: createdAt,
    minio_bucket: bucket,
    minio_object: object,
    minio_path: `s3://${bucket}/${object}`,
    dataset: manifest.dataset,
    sha256: file.sha256,
    warnings: manifest.warnings,
    tags,
  })
}

/** The document of a job, without `_id`, cut to what MongoDB can hold. */
export function jobDocument(result: JobResult, job: JobRecord | undefined): Omit<JobDocument, '_id'> {
  const { job_id, completed_at, ...outcome } = result
  const accepted = job === undefined ? undefined : new Date(job.accepted_at)
  const completed = completed_at === undefined ? accepted : new Date(completed_at)
  return truncateDocument({
    job_id,
    ...outcome,
    ...(job?.message ? messageFields(job.message) : {}),
    ...(result.status === 'completed' ? figures(result) : {}),
    ...(accepted === undefined ? {} : { created_at: accepted, started_at: accepted }),
    ...(completed === undefined ? {} : { updated_at: completed }),
    ...(completed_at === undefined ? {} : { completed_at: new Date(completed_at) }),
  })
}

/** What the original's readers of jobs show. */
function figures({ metrics }: CompletedResult) {
  if (!('accuracy' in metrics)) return { progress: 100 }
  const { accuracy, loss } = metrics
  return {
    progress: 100,
    ...(accuracy === null ? {} : { current_accuracy: accuracy }),
    ...(loss === undefined || loss === null ? {} : { current_loss: loss }),
  }
}

/** The document of a job whose message lies in the dead-letter queue, without `_id`. */
export function deadLetteredDocument(
  { job_id, error, attempt, dead_lettered_at }: AttemptFailure,
  job: JobRecord | undefined,
): Omit<JobDocument, '_id'> {
  return truncateDocument({
    job_id,
    status: 'dead_lettered' as const,
    error,
    attempt,
    ...(dead_lettered_at === undefined ? {} : { dead_lettered_at: new Date(dead_lettered_at) }),
    ...(job?.message ? messageFields(job.message) : {}),
    ...(job === undefined ? {} : { created_at: new Date(job.accepted_at) }),
  })
}

/** What the registry can have of a job whose result it cannot hold, without `_id`. */
export function refusedDocument(
  job_id: string,
  result: JobResult | undefined,
  job: JobRecord | undefined,
  registration_error: string,
): Omit<JobDocument, '_id'> {
  return truncateDocument({
    job_id,
    status: result?.status ?? ('failed' as const),
    ...(result?.status === 'completed' ? { model_id: result.model_id } : {}),
    registration_error,
    ...(job === undefined ? {} : { created_at: new Date(job.accepted_at) }),
  })
}
