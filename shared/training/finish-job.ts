/** The end of a job: its result is committed, counted and cleaned up after. docs/reliability.md, steps 11 and 12. */
import { internalError, isCodeFault } from '../errors/code-fault.ts'
import { JobError } from '../errors/job-error.ts'
import { deleteMarker, isUncountedCancel } from '../job-store/cancel.ts'
import { cleanUpAfter, commitResult } from '../job-store/commit.ts'
import {
  type FailedResult,
  failedWith,
  isCancelled,
  type JobMetrics,
  type JobResult,
} from '../jobs/result.ts'
import { DamagedModel } from '../models/damaged-model.ts'
import { recordOutcome } from '../observability/metrics.ts'
import { DamagedRecord } from '../storage/json.ts'
import type { Attempt, JobContext } from './job-context.ts'

/**
 * Commits the result, unless another attempt was faster: then that one's stays.
 *
 * @returns the result of the job.
 */
export async function finishJob(
  result: JobResult,
  attempt: Attempt,
  context: JobContext,
): Promise<JobResult> {
  const { result: committed, isOurs } = await commitAndCount(result, attempt, context)
  return isOurs ? committed : finishAgain(committed, context)
}

/** Commits the result; if that is the job's, counts it and cleans up. */
export async function commitAndCount(
  result: JobResult,
  attempt: Attempt,
  context: JobContext,
): Promise<{ result: JobResult; isOurs: boolean }> {
  const { bucket } = context
  attempt.clock.enter('commit')
  const committed = await commitResult(bucket, result)
  if (!committed.isOurs) return committed
  // A cancelled job's marker must go before the count: an attempt that found both would count it again.
  if (isCancelled(result)) await deleteMarker(bucket, result.job_id)
  countOutcome(result, attempt, context)
  await cleanUpAfter(bucket, result)
  return committed
}

/** The failed result that a permanent error makes; throws any other error, so that the message is delivered again. */
export function failedBy(jobId: string, error: unknown, attempt: Attempt, { log }: JobContext): FailedResult {
  const permanent = permanentError(jobId, error)
  if (!(permanent instanceof JobError)) throw error
  attempt.clock.end(permanent)
  if (permanent.code === 'internal') log.warn('A fault of the worker.', { error: permanent.cause })
  return failedWith(jobId, permanent)
}

function permanentError(jobId: string, error: unknown): unknown {
  if (isCodeFault(error)) return internalError(`Job ${jobId}`, error)
  if (error instanceof DamagedRecord)
    return new JobError('record_damaged', `${error.message} Send the job again, with a job_id of its own.`, {
      cause: error,
    })
  if (error instanceof DamagedModel)
    return new JobError('model_damaged', `${error.message} Send the job again, with a job_id of its own.`, {
      cause: error,
    })
  return error
}

/** For an attempt that finds the job's result: cleans up what attempts, its own among them, have left. */
export async function finishAgain(result: JobResult, context: JobContext): Promise<JobResult> {
  const { bucket, log, requestId } = context
  const isUncounted = await isUncountedCancel(bucket, result)
  await cleanUpAfter(bucket, result)
  if (isUncounted) {
    recordOutcome({
      jobId: result.job_id,
      requestId,
      modelType: 'unknown',
      status: 'failed',
      errorCode: 'cancelled',
      seconds: 0,
    })
    log.warn('job failed', { error_code: 'cancelled' })
  }
  return result
}

function countOutcome(
  result: JobResult,
  attempt: Attempt,
  { log, requestId, queueSeconds }: JobContext,
): void {
  recordOutcome({
    jobId: result.job_id,
    requestId,
    modelType: attempt.algorithm,
    status: result.status,
    seconds: (attempt.secondsBefore ?? 0) + (performance.now() - attempt.started) / 1000,
    rows: attempt.rows,
    queueSeconds,
    ...(result.status === 'completed' ? scoreOf(result.metrics) : { errorCode: result.error_code }),
  })
  if (result.status === 'completed') log.info('job completed', { model_id: result.model_id })
  // Without the sentence, which may quote the data: the result has it.
  else log.warn('job failed', { algorithm: attempt.algorithm, error_code: result.error_code })
}

function scoreOf(metrics: JobMetrics): { accuracy: number | null } | { r2: number | null } {
  return 'r2' in metrics ? { r2: metrics.r2 } : { accuracy: metrics.accuracy }
}
