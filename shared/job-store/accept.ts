import type { JobMessage } from '../jobs/message.ts'
import { type JobRecord, jobRecord } from '../jobs/records.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson, writeJsonIfAbsent } from '../storage/json.ts'
import { jobKeys } from './keys.ts'

/**
 * Records the job as accepted. The first record under a job_id stays; a later attempt, or another message with the same
 * job_id, gets that one.
 *
 * @param message null for one that could not be read as a job.
 * @returns the record, and whether this call wrote it.
 */
export async function acceptJob(
  bucket: Bucket,
  jobId: string,
  { message, fingerprint }: { message: JobMessage | null; fingerprint: string },
): Promise<{ record: JobRecord; isFirst: boolean }> {
  const accepted_at = new Date().toISOString()
  const record: JobRecord = { message, fingerprint, spelling: 'kept', accepted_at }
  if (await writeJsonIfAbsent(bucket, jobKeys.record(jobId), record)) return { record, isFirst: true }
  const earlier = await findJob(bucket, jobId)
  if (earlier === undefined) throw new Error(`The record of job ${jobId} was deleted meanwhile.`)
  return { record: earlier, isFirst: false }
}

/** The job as it was accepted; undefined when it was not. */
export function findJob(bucket: Bucket, jobId: string): Promise<JobRecord | undefined> {
  return readJson(bucket, jobKeys.record(jobId), jobRecord)
}

export function isAccepted(bucket: Bucket, jobId: string): Promise<boolean> {
  return bucket.exists(jobKeys.record(jobId))
}
