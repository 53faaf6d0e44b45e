import { findJob } from '../../shared/job-store/accept.ts'
import { findHandOver } from '../../shared/job-store/hand-over.ts'
import { isJobId } from '../../shared/jobs/ids.ts'
import { logger } from '../../shared/observability/logger.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import type { Runtime } from '../runtime.ts'
import { jobLog, sharedJobContext } from '../train/train-message.ts'
import { WrongCommand } from './exit-codes.ts'
import { type Interruption, untilCutOff } from './interruption.ts'

/**
 * Trains one job that was accepted before, from its checkpoint if it has one, without a limit on the call's time.
 *
 * @returns 'done' when the job has its result, also a failed one.
 * @throws WrongCommand where there is no such job; transient errors.
 */
export async function workJob(
  jobId: string,
  runtime: Runtime,
  interruption: Interruption,
): Promise<'done' | 'interrupted'> {
  const { config } = runtime
  const body = await bodyOf(runtime.bucket, jobId)
  const { log, trace } = jobLog(jobId)
  const attempt = () =>
    trainJob(body, {
      ...sharedJobContext(runtime),
      requestId: config.AWS_BATCH_JOB_ID,
      attempt: config.AWS_BATCH_JOB_ATTEMPT,
      remainingMs: () => Number.POSITIVE_INFINITY,
      interruptedAt: interruption.at,
      // The service that started this process starts it again.
      send: async () => undefined,
      log,
      onPhase: trace?.send,
    })
  try {
    const outcome = await untilCutOff(attempt(), interruption)
    if (outcome !== 'cut off' && outcome !== 'continued') return 'done'
    logger.info('interrupted', { job_id: jobId, paused: outcome === 'continued' })
    return 'interrupted'
  } finally {
    await trace?.sent()
  }
}

async function bodyOf(bucket: Bucket, jobId: string): Promise<string> {
  if (!isJobId(jobId)) throw new WrongCommand(`${JSON.stringify(jobId)} is not a job_id.`)
  const handedOver = await findHandOver(bucket, jobId)
  if (handedOver !== undefined) return handedOver.body
  const record = await findJob(bucket, jobId)
  if (record === undefined) {
    throw new WrongCommand(
      `There is no job ${jobId} in the bucket ${bucket.name}: a job is there when a worker has received its message; --queue receives messages.`,
    )
  }
  if (record.message === null) throw new WrongCommand(`The message of job ${jobId} was not a job.`)
  return JSON.stringify(record.message)
}
