/** What becomes of a job whose message lies in the dead-letter queue: it is tried again, or it ends. */
import { readMessage } from '../jobs/parse-message.ts'
import { failedWith } from '../jobs/result.ts'
import type { Bucket } from '../storage/bucket.ts'
import { DamagedObject } from '../storage/json.ts'
import { findJob } from './accept.ts'
import { cleanUpAfter, commitResult } from './commit.ts'
import { deleteFailure, findFailure } from './failure.ts'

/**
 * Releases the job of a message that will be sent to the jobs queue again. Done before it is sent: a failure that the next
 * attempt records must stay.
 */
export async function releaseJob(bucket: Bucket, jobId: string, body: string): Promise<void> {
  if (await isJobOf(bucket, jobId, body)) await deleteFailure(bucket, jobId)
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

/** Whether the job_id is that message's: another message may have used it first. A damaged record belongs to no other. */
async function isJobOf(bucket: Bucket, jobId: string, body: string): Promise<boolean> {
  const record = await findJob(bucket, jobId).catch((error: unknown) => {
    if (error instanceof DamagedObject) return undefined
    throw error
  })
  return record === undefined || record.fingerprint === readMessage(body).fingerprint
}
