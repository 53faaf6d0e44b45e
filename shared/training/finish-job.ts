/** The end of a job: its result is committed, counted and cleaned up after. docs/reliability.md, steps 11 and 12. */
import { isUncountedCancel } from '../job-store/cancel.ts'
import { cleanUpAfter, commitResult } from '../job-store/commit.ts'
import { isCancelled, type JobMetrics, type JobResult } from '../jobs/result.ts'
import { recordOutcome } from '../observability/metrics.ts'
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
  attempt.clock.enter('commit')
  const { result: committed, isOurs } = await commitResult(context.bucket, result)
  if (!isOurs) return finishAgain(committed, context)
  // A cancelled job's marker must go before the count: an attempt that found both would count it again.
  const cleansUpFirst = isCancelled(result)
  if (cleansUpFirst) await cleanUpAfter(context.bucket, result)
  countOutcome(result, attempt, context)
  if (!cleansUpFirst) await cleanUpAfter(context.bucket, result)
  return committed
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
