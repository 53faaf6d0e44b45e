import { JobError } from '../errors/job-error.ts'
import { findJob } from '../job-store/accept.ts'
import { isRecordOf } from '../jobs/earlier-records.ts'
import { fingerprint } from '../jobs/ids.ts'
import type { JobMessage } from '../jobs/message.ts'
import { readMessage } from '../jobs/parse-message.ts'
import { collectionsIn } from '../registry/collections.ts'
import { recordQueued } from '../registry/job-progress.ts'
import type { ApiContext } from './context.ts'

/**
 * Sends a job, unless it was sent before: the same job_id with the same message is the same job.
 *
 * @param body the message's text, which is sent as it is.
 * @returns the job's id, and whether this call sent it.
 * @throws JobError for a body that is no job (bad_message), or has another job's id (job_id_conflict).
 */
export async function submitJob(
  context: ApiContext,
  body: string,
): Promise<{ jobId: string; isNew: boolean }> {
  const read = readMessage(body)
  if (read.message === null) throw read.error
  const { message } = read
  const jobId = message.job_id
  const record = await findJob(context.bucket, jobId)
  if (record !== undefined) {
    if (!isRecordOf(record, read)) throw conflict(jobId)
    return { jobId, isNew: false }
  }
  const queued = await queuedFingerprint(context, jobId)
  if (queued !== undefined) {
    if (queued !== read.fingerprint) throw conflict(jobId)
    return { jobId, isNew: false }
  }
  await context.send(body)
  await announce(context, message)
  return { jobId, isNew: true }
}

const conflict = (jobId: string) =>
  new JobError(
    'job_id_conflict',
    `job_id ${JSON.stringify(jobId)} was already used for another job: send this one with a job_id of its own.`,
  )

/** Of the message that was sent, where the registry knows; a job is sent also while the registry cannot be asked. */
async function queuedFingerprint(context: ApiContext, jobId: string): Promise<string | undefined> {
  try {
    const { db } = await context.registry()
    const found = await collectionsIn(db).jobs.findOne({ _id: jobId })
    const message = found?.truncated === undefined ? found?.message : undefined
    return typeof message === 'object' && message !== null ? fingerprint({ ...message }) : undefined
  } catch (error) {
    context.onError(error)
    return undefined
  }
}

/** Best effort: the job is in the queue. */
async function announce(context: ApiContext, message: JobMessage): Promise<void> {
  try {
    await recordQueued(await context.registry(), message)
  } catch (error) {
    context.onError(error)
  }
}
