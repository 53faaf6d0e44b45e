/** The record that a job was handed over to a larger machine. It is written before the job is submitted there, so that a crash in between is noticed. */
import { type HandOver, handOver } from '../jobs/records.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson, writeJson, writeJsonIfAbsent } from '../storage/json.ts'
import { findFailure } from './failure.ts'
import { jobKeys } from './keys.ts'

/** undefined for a job that was not handed over, or has ended. */
export function findHandOver(bucket: Bucket, jobId: string): Promise<HandOver | undefined> {
  return readJson(bucket, jobKeys.handOver(jobId), handOver)
}

/** Whether the larger machine has the job: no longer, once it gave up on it and somebody redrove the message. */
export async function isHandedOver(bucket: Bucket, jobId: string): Promise<boolean> {
  const found = await findHandOver(bucket, jobId)
  return found?.batch_job_id !== undefined && !(await isRedriven(bucket, found))
}

/**
 * Records a hand-over that is about to be made. Of several attempts at the same time the first decides.
 *
 * @returns the record that counts: ours, or an earlier one.
 */
export async function beginHandOver(bucket: Bucket, ours: HandOver): Promise<HandOver> {
  const key = jobKeys.handOver(ours.job_id)
  if (await writeJsonIfAbsent(bucket, key, ours)) return ours
  const earlier = await findHandOver(bucket, ours.job_id)
  if (earlier !== undefined && !(await isRedriven(bucket, earlier))) return earlier
  await writeJson(bucket, key, ours)
  return ours
}

/** Records that the larger machine has the job. */
export async function confirmHandOver(bucket: Bucket, handedOver: HandOver): Promise<void> {
  await writeJson(bucket, jobKeys.handOver(handedOver.job_id), handedOver)
}

/** Records that the job is to be handed over anew, to a larger machine. The next attempt at it does so. */
export async function beginLargerHandOver(
  bucket: Bucket,
  { batch_job_id, ...earlier }: HandOver,
  { vcpus, memoryMb }: { readonly vcpus: number; readonly memoryMb: number },
): Promise<void> {
  const ours = { ...earlier, vcpus, memory_mb: memoryMb, outgrown_batch_job_id: batch_job_id }
  await writeJson(bucket, jobKeys.handOver(earlier.job_id), ours)
}

async function isRedriven(bucket: Bucket, { job_id, handed_over_at }: HandOver): Promise<boolean> {
  const failure = await findFailure(bucket, job_id)
  return failure?.redriven_at !== undefined && failure.redriven_at > handed_over_at
}
