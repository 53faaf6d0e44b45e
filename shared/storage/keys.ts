/** The layout of the artifact bucket. */
import { createHash } from 'node:crypto'

export const jobKeys = {
  /** The job as it was accepted: the message, its fingerprint and the time. */
  accepted: (jobId: string) => `jobs/${jobId}/job.json`,
  /** The commit point: a job is done when this object exists. */
  result: (jobId: string) => `jobs/${jobId}/result.json`,
  /** The dataset that the job is held to. */
  dataset: (jobId: string) => `jobs/${jobId}/dataset.json`,
  /** How far a running job is. */
  status: (jobId: string) => `jobs/${jobId}/status.json`,
  /** Somebody asked for the job to be stopped. */
  cancel: (jobId: string) => `jobs/${jobId}/cancel`,
  /** The answer to another message under a job_id that was already taken. */
  conflict: (jobId: string, fingerprint: string) => `jobs/${jobId}/conflicts/${fingerprint}.json`,
  /** Why the last attempt ended without a result. */
  failure: (jobId: string) => `jobs/${jobId}/failure.json`,
  checkpoint: (jobId: string) => `checkpoints/${jobId}/state`,
}

/** `jobs/x/result.json` → `x`; undefined for any other key. */
export function jobIdOfResult(key: string): string | undefined {
  return /^jobs\/([^/]+)\/result\.json$/.exec(key)?.[1]
}

export const modelPrefix = (modelId: string) => `models/${modelId}/`
export const modelKey = (modelId: string, file: string) => `${modelPrefix(modelId)}${file}`
/** What people noted on the model. */
export const tagsKey = (modelId: string) => modelKey(modelId, 'tags.json')
/** Stays when the model is deleted, so that nothing brings it back into the registry. */
export const deletedKey = (modelId: string) => modelKey(modelId, 'deleted.json')
/** What the storage service answered that was given the model. */
export const receiptKey = (modelId: string) => modelKey(modelId, 'storage-service.json')

/** A name may hold any character, and more of them than a key takes: its hash stands for it. */
export const aliasPrefix = (name: string) =>
  `aliases/${createHash('sha256').update(name).digest('hex').slice(0, 32)}/`
export const aliasKey = (name: string, alias: string) => `${aliasPrefix(name)}${alias}.json`
