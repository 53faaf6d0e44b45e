/** Why the last attempt at a job ended without a result. */
import { type AttemptFailure, attemptFailure } from '../jobs/records.ts'
import { MAX_RECEIVE_COUNT } from '../jobs/retry-delay.ts'
import { redactSecrets } from '../observability/redact-secrets.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson } from '../storage/json.ts'
import { jobKeys } from './keys.ts'

/**
 * After the last attempt the record says that the job is dead-lettered, as the queue will move the message at its next receive.
 *
 * @param attempt the receive count of the message.
 * @param retryDelaySeconds after which the message becomes visible again, where that is known.
 */
export async function recordFailure(
  bucket: Bucket,
  jobId: string,
  { attempt, retryDelaySeconds }: { attempt: number; retryDelaySeconds?: number },
  error: unknown,
): Promise<AttemptFailure> {
  const now = Date.now()
  const failedAt = new Date(now).toISOString()
  const isLast = attempt >= MAX_RECEIVE_COUNT
  const failure: AttemptFailure = {
    job_id: jobId,
    attempt,
    error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    failed_at: failedAt,
    max_attempts: MAX_RECEIVE_COUNT,
    ...(isLast ? { dead_lettered_at: failedAt } : {}),
    ...(isLast || retryDelaySeconds === undefined
      ? {}
      : { next_attempt_at: new Date(now + retryDelaySeconds * 1000).toISOString() }),
  }
  await putFailure(bucket, failure)
  return failure
}

export async function putFailure(bucket: Bucket, failure: AttemptFailure): Promise<void> {
  const text = JSON.stringify(failure, redactSecrets)
  await bucket.put(jobKeys.failure(failure.job_id), text, 'application/json')
}

export function findFailure(bucket: Bucket, jobId: string): Promise<AttemptFailure | undefined> {
  return readJson(bucket, jobKeys.failure(jobId), attemptFailure)
}

export async function deleteFailure(bucket: Bucket, jobId: string): Promise<void> {
  await bucket.delete([jobKeys.failure(jobId)])
}
