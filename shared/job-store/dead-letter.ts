/** What becomes of a job whose message lies in the dead-letter queue: it is recorded, and then tried again, or it ends. */

import { readMessage } from '../jobs/parse-message.ts'
import type { AttemptFailure } from '../jobs/records.ts'
import { failedWith } from '../jobs/result.ts'
import { MAX_RECEIVE_COUNT } from '../jobs/retry-delay.ts'
import type { Bucket } from '../storage/bucket.ts'
import { unlessDamaged } from '../storage/json.ts'
import { findJob } from './accept.ts'
import { cleanUpAfter, commitResult, findResult } from './commit.ts'
import { deleteFailure, findFailure, putFailure } from './failure.ts'

/**
 * Records that no further attempt at a job follows, where the last attempt could not record it: its process was killed.
 *
 * @param reason why it was ended, where somebody else knows it.
 * @returns the job's failure, and whether this call recorded it; undefined for a job that has a result, or that is another
 *   message's.
 */
export async function recordDeadLetter(
  bucket: Bucket,
  jobId: string,
  body: string,
  reason?: string,
): Promise<{ failure: AttemptFailure; isNew: boolean } | undefined> {
  if (!(await isJobOf(bucket, jobId, body)) || (await findResult(bucket, jobId))) return undefined
  const earlier = await unlessDamaged(findFailure(bucket, jobId))
  if (earlier?.dead_lettered_at !== undefined) return { failure: earlier, isNew: false }
  const failure = cutOff(jobId, earlier, reason)
  await putFailure(bucket, failure)
  if (!(await findResult(bucket, jobId))) return { failure, isNew: true }
  // A second message of the same job ended it meanwhile, and has cleaned up already.
  await deleteFailure(bucket, jobId)
  return undefined
}

/**
 * Releases the job of a message that will be sent to the jobs queue again: it is queued. Done before it is sent, as a
 * failure that the next attempt records must stay.
 */
export async function releaseJob(bucket: Bucket, jobId: string, body: string): Promise<void> {
  if (!(await isJobOf(bucket, jobId, body))) return
  if (await findResult(bucket, jobId)) return deleteFailure(bucket, jobId)
  const failure = (await unlessDamaged(findFailure(bucket, jobId))) ?? cutOff(jobId, undefined)
  const { dead_lettered_at: _, ...last } = failure
  await putFailure(bucket, { ...last, redriven_at: new Date().toISOString() })
}

/**
 * Ends the job of a message that will be deleted, so that nobody waits for it: a `failed` result with the code
 * `dead_lettered`, unless it has a result. Done before the message is deleted. No metric counts this outcome.
 */
export async function endJob(bucket: Bucket, jobId: string, body: string): Promise<void> {
  if (!(await isJobOf(bucket, jobId, body))) return
  const failure = await findFailure(bucket, jobId)
  const reason = failure === undefined ? 'no attempt could say why' : failure.error.replace(/[.\s]+$/, '')
  const message = `Every attempt at the job failed (${reason}), and its message was purged from the dead-letter queue: send the job again, with a job_id of its own.`
  const { result } = await commitResult(bucket, failedWith(jobId, { code: 'dead_lettered', message }))
  await cleanUpAfter(bucket, result)
}

/** The failure of a last attempt that recorded none itself. */
function cutOff(jobId: string, earlier: AttemptFailure | undefined, reason?: string): AttemptFailure {
  const now = new Date().toISOString()
  const error =
    reason === undefined
      ? 'The attempt was cut off before it could say why: it ran out of memory or of time, or was killed.'
      : `The attempt was cut off: ${reason.replace(/[.\s]+$/, '')}.`
  const isOfThisRound = earlier !== undefined && earlier.redriven_at === undefined
  return {
    job_id: jobId,
    attempt: MAX_RECEIVE_COUNT,
    error: isOfThisRound ? `${error} Attempt ${earlier.attempt} failed: ${earlier.error}` : error,
    failed_at: now,
    max_attempts: MAX_RECEIVE_COUNT,
    dead_lettered_at: now,
  }
}

/** Whether the job_id belongs to this message: another one may have used it first. A damaged record does not count. */
async function isJobOf(bucket: Bucket, jobId: string, body: string): Promise<boolean> {
  const record = await unlessDamaged(findJob(bucket, jobId))
  return record === undefined || record.fingerprint === readMessage(body).fingerprint
}
