/**
 * Cancellation. To cancel a job, a command or the API writes a marker into the bucket. A running attempt notices it and
 * commits the result `cancelled`. If no attempt is running, the command or the API commits that result itself and leaves the
 * marker there: only an attempt can count the outcome, and the marker tells the next attempt that it is not counted yet.
 */
import { setTimeout } from 'node:timers/promises'
import { CANCELLED, failedWith, isCancelled, type JobResult } from '../jobs/result.ts'
import type { Bucket } from '../storage/bucket.ts'
import { isAccepted } from './accept.ts'
import { commitResult, findResult } from './commit.ts'
import { jobKeys } from './keys.ts'

/** How long a running attempt has to notice the marker, which it looks for every two seconds. */
const NOTICE_MS = 8000
const POLL_MS = 200

/** Whether somebody asked for the job to be cancelled. */
export function isCancelRequested(bucket: Bucket, jobId: string): Promise<boolean> {
  return bucket.exists(jobKeys.cancel(jobId))
}

/**
 * Cancels a job that has no result yet.
 *
 * @param canRun whether an attempt may be running; else nobody is waited for.
 * @returns the job's result: `cancelled`, or another where the job ended by itself just before.
 */
export async function cancelJob(
  bucket: Bucket,
  jobId: string,
  { canRun }: { canRun: boolean },
): Promise<JobResult> {
  await bucket.put(jobKeys.cancel(jobId), new Date().toISOString(), 'text/plain')
  const waitMs = canRun && (await isAccepted(bucket, jobId)) ? NOTICE_MS : 0
  const result =
    (await resultWithin(bucket, jobId, waitMs)) ??
    (await commitResult(bucket, failedWith(jobId, { code: 'cancelled', message: CANCELLED }))).result
  // The attempt that ended by itself may have cleaned up before the marker was there.
  if (!isCancelled(result)) await deleteMarker(bucket, jobId)
  return result
}

export async function deleteMarker(bucket: Bucket, jobId: string): Promise<void> {
  await bucket.delete([jobKeys.cancel(jobId)])
}

async function resultWithin(bucket: Bucket, jobId: string, waitMs: number): Promise<JobResult | undefined> {
  for (const end = Date.now() + waitMs; Date.now() < end; await setTimeout(POLL_MS)) {
    const result = await findResult(bucket, jobId)
    if (result !== undefined) return result
  }
  return undefined
}

/**
 * Whether a job that has ended was cancelled without its outcome being counted. An attempt deletes the marker before it
 * counts: if it is stopped in between, the outcome is never counted, but it is never counted twice.
 */
export async function isUncountedCancel(bucket: Bucket, result: JobResult): Promise<boolean> {
  return isCancelled(result) && (await isCancelRequested(bucket, result.job_id))
}
