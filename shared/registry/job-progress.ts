/**
 * The documents of jobs that have no result yet, for those who read the registry while jobs wait and run. They are best
 * effort: what is true of a job is in the bucket, and the registration of its result replaces the document.
 */
import type { JobMessage } from '../jobs/message.ts'
import { overallPercent } from '../jobs/overall-percent.ts'
import type { JobStatus } from '../jobs/records.ts'
import { collectionsIn, type JobDocument } from './collections.ts'
import { isDuplicateKey } from './is-retryable.ts'
import type { Registry } from './registry.ts'
import { truncateDocument } from './truncate-document.ts'

/** Statuses of a document that the registration of a result wrote: nothing changes it any more. */
export const FINAL_STATUSES = ['completed', 'failed'] as const

/** What a document says of a job by its message alone, by the original worker's names. */
export function messageFields(message: JobMessage) {
  return {
    model_type: message.algorithm,
    dataset_path: message.dataset_path,
    hyperparameters: message.hyperparameters ?? {},
    message,
  }
}

/** Writes that a job was sent to the queue, unless the registry knows it already. */
export async function recordQueued({ db }: Registry, message: JobMessage): Promise<void> {
  const now = new Date()
  const document = truncateDocument({
    job_id: message.job_id,
    status: 'queued' as const,
    progress: 0,
    ...messageFields(message),
    created_at: now,
    updated_at: now,
  })
  const { jobs } = collectionsIn(db)
  await jobs.createIndex({ created_at: -1 })
  await jobs
    .updateOne({ _id: message.job_id }, { $setOnInsert: document }, { upsert: true })
    .catch(unlessDuplicate)
}

/**
 * Writes how far a running job is, unless it has ended.
 *
 * @param acceptedAt ISO 8601: when its first attempt began.
 */
export async function recordRunning(
  { db }: Registry,
  message: JobMessage,
  acceptedAt: string,
  { phase, percent, detail, updated_at }: Omit<JobStatus, 'job_id'>,
): Promise<void> {
  const started = new Date(acceptedAt)
  const running: Partial<JobDocument> = truncateDocument({
    job_id: message.job_id,
    status: 'running' as const,
    phase,
    progress: overallPercent({ phase, percent }),
    ...(detail?.loss === undefined ? {} : { current_loss: detail.loss }),
    ...(detail?.accuracy === undefined ? {} : { current_accuracy: detail.accuracy }),
    ...messageFields(message),
    started_at: started,
    updated_at: new Date(updated_at),
  })
  await collectionsIn(db)
    .jobs.updateOne(
      { _id: message.job_id, status: { $nin: [...FINAL_STATUSES] } },
      {
        $set: running,
        // Of a job that was dead-lettered and redriven.
        $unset: { error: '', attempt: '', dead_lettered_at: '' },
        $setOnInsert: { created_at: started },
      },
      { upsert: true },
    )
    // The document of an ended job does not match, and an upsert then collides with it.
    .catch(unlessDuplicate)
}

function unlessDuplicate(error: unknown): void {
  if (!isDuplicateKey(error)) throw error
}
