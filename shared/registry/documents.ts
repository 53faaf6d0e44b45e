/** The documents that the registry has of models and jobs, made from what the bucket has of them. */
import { ObjectId } from 'mongodb'
import { modelType } from '../algorithms/names.ts'
import type { Manifest } from '../artifact/manifest.ts'
import type { JobRecord } from '../jobs/records.ts'
import type { JobResult } from '../jobs/result.ts'
import type { JobDocument, ModelDocument } from './collections.ts'
import { fitDocument } from './fit-document.ts'

/** The file of a model that the registry keeps a copy of. */
export const MODEL_FILE = 'model.onnx'

/** The original worker's document (without `_id`), and after it what ours adds, cut to what MongoDB can hold. */
export function modelDocument(manifest: Manifest, tags: Record<string, string>): Omit<ModelDocument, '_id'> {
  return fitDocument({
    file_id: new ObjectId(manifest.model_id),
    job_id: manifest.job_id,
    name: manifest.model_name,
    algorithm: manifest.algorithm,
    hyperparameters: manifest.hyperparameters,
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
    tags,
  })
}

/** The document of a job, without `_id`, cut to what MongoDB can hold. */
export function jobDocument(result: JobResult, job: JobRecord | undefined): Omit<JobDocument, '_id'> {
  const { job_id, ...outcome } = result
  return fitDocument({
    job_id,
    ...outcome,
    ...(job?.message ? { message: job.message } : {}),
    ...(job === undefined ? {} : { created_at: new Date(job.accepted_at) }),
  })
}
