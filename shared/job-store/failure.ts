/** Why the last attempt at a job ended without a result. */
import { type AttemptFailure, attemptFailure } from '../jobs/records.ts'
import { redactSecrets } from '../observability/redact-secrets.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson } from '../storage/json.ts'
import { jobKeys } from './keys.ts'

/** @param attempt the receive count of the message. */
export async function recordFailure(
  bucket: Bucket,
  jobId: string,
  attempt: number,
  error: unknown,
): Promise<void> {
  const failure: AttemptFailure = {
    job_id: jobId,
    attempt,
    error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    failed_at: new Date().toISOString(),
  }
  await bucket.put(jobKeys.failure(jobId), JSON.stringify(failure, redactSecrets), 'application/json')
}

export function findFailure(bucket: Bucket, jobId: string): Promise<AttemptFailure | undefined> {
  return readJson(bucket, jobKeys.failure(jobId), attemptFailure)
}

export async function deleteFailure(bucket: Bucket, jobId: string): Promise<void> {
  await bucket.delete([jobKeys.failure(jobId)])
}
