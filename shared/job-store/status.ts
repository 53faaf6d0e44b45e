/** How far a running job is. */
import { type JobStatus, jobStatus } from '../jobs/records.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson, writeJson } from '../storage/json.ts'
import { jobKeys } from './keys.ts'

export function writeStatus(bucket: Bucket, status: JobStatus): Promise<void> {
  return writeJson(bucket, jobKeys.status(status.job_id), status)
}

/** undefined for a job that has not been running for two seconds yet, or has ended. */
export function findStatus(bucket: Bucket, jobId: string): Promise<JobStatus | undefined> {
  return readJson(bucket, jobKeys.status(jobId), jobStatus)
}
