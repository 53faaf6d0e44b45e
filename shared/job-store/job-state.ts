/** The state of a job, from its records: a result counts first, then the newest record. */
import type { AttemptFailure, JobRecord, JobStatus } from '../jobs/records.ts'
import type { JobResult } from '../jobs/result.ts'
import { MAX_RECEIVE_COUNT } from '../jobs/retry-delay.ts'
import type { Bucket } from '../storage/bucket.ts'
import { findJob } from './accept.ts'
import { findResult } from './commit.ts'
import { findFailure } from './failure.ts'
import { findStatus } from './status.ts'

/** No invocation is longer: the attempt that wrote an older record is not running any more. */
export const LONGEST_INVOCATION_MS = 15 * 60_000

/** A job without a result. */
export type UnfinishedJob = { readonly job_id: string } & (
  | ({ readonly status: 'retrying' | 'dead_lettered' | 'queued' } & AttemptFailure)
  | ({ readonly status: 'running' | 'paused' | 'handed_over' } & Partial<Omit<JobStatus, 'job_id'>>)
  /** An attempt began, and nothing was heard of it since; most likely its process was killed. */
  | { readonly status: 'stale'; readonly since: string }
  | { readonly status: 'unknown' }
)

export type JobRecords = {
  readonly job?: JobRecord
  readonly status?: JobStatus
  readonly failure?: AttemptFailure
}

export async function findJobState(bucket: Bucket, jobId: string): Promise<JobResult | UnfinishedJob> {
  const result = await findResult(bucket, jobId)
  if (result !== undefined) return result
  const [job, status, failure] = await Promise.all([
    findJob(bucket, jobId),
    findStatus(bucket, jobId),
    findFailure(bucket, jobId),
  ])
  // Deleted records mean that the job has ended meanwhile.
  return (await findResult(bucket, jobId)) ?? stateOf(jobId, { job, status, failure }, Date.now())
}

/** @param now milliseconds since 1970. */
export function stateOf(jobId: string, { job, status, failure }: JobRecords, now: number): UnfinishedJob {
  if (failure !== undefined && (status === undefined || lastChange(failure) >= status.updated_at)) {
    if (failure.redriven_at !== undefined) return { ...failure, status: 'queued' }
    if (isDeadLettered(failure)) return { ...failure, status: 'dead_lettered' }
    const due = failure.next_attempt_at
    return due !== undefined && isStale(due, now)
      ? { job_id: jobId, status: 'stale', since: failure.failed_at }
      : { ...failure, status: 'retrying' }
  }
  if (status?.phase === 'paused') return { ...status, status: 'paused' }
  if (status?.phase === 'handed_over') return { ...status, status: 'handed_over' }
  const since = status?.updated_at ?? job?.accepted_at
  if (since === undefined) return { job_id: jobId, status: 'unknown' }
  if (isStale(since, now)) return { job_id: jobId, status: 'stale', since }
  return { job_id: jobId, ...status, status: 'running' }
}

/** Whether no further attempt follows. */
export function isDeadLettered({
  attempt,
  max_attempts,
  dead_lettered_at,
  redriven_at,
}: AttemptFailure): boolean {
  if (redriven_at !== undefined) return false
  return dead_lettered_at !== undefined || attempt >= (max_attempts ?? MAX_RECEIVE_COUNT)
}

const lastChange = ({ failed_at, dead_lettered_at, redriven_at }: AttemptFailure) =>
  redriven_at ?? dead_lettered_at ?? failed_at

const isStale = (time: string, now: number) => now - Date.parse(time) > LONGEST_INVOCATION_MS

/** A sentence for people about a failed attempt, and what follows. */
export function describeFailure(failure: AttemptFailure): string {
  const { attempt, max_attempts = MAX_RECEIVE_COUNT, error, next_attempt_at, redriven_at, job_id } = failure
  const failed = `Attempt ${attempt} of ${max_attempts} failed: ${error.replace(/[.\s]+$/, '')}.`
  if (isDeadLettered(failure)) {
    return `${failed} No attempt follows: the message is in the dead-letter queue. "tensorfleet dlq" shows it; "tensorfleet dlq redrive ${job_id}" tries again.`
  }
  if (redriven_at !== undefined)
    return `${failed} The message is in the jobs queue again since ${redriven_at}.`
  return next_attempt_at === undefined ? failed : `${failed} The next one is at ${next_attempt_at}.`
}
