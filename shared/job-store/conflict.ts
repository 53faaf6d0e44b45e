import { type FailedResult, failedWith } from '../jobs/result.ts'
import type { Bucket } from '../storage/bucket.ts'
import { writeJson } from '../storage/json.ts'
import { jobKeys } from './keys.ts'

/** Answers a message whose job_id belongs to another message, beside that one's result, which is left alone. */
export async function refuseConflict(
  bucket: Bucket,
  jobId: string,
  fingerprint: string,
): Promise<FailedResult> {
  const refusal = failedWith(jobId, {
    code: 'job_id_conflict',
    message: `job_id ${JSON.stringify(jobId)} was already used for another job: send this one with a job_id of its own.`,
  })
  await writeJson(bucket, jobKeys.conflict(jobId, fingerprint), refusal)
  return refusal
}
