/** One message of the jobs queue: its job is trained, or goes as far as the call's time allows. */
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { outcomeId } from '../../shared/jobs/parse-message.ts'
import { retryDelaySeconds } from '../../shared/jobs/retry-delay.ts'
import { logger } from '../../shared/observability/logger.ts'
import { phaseTrace } from '../../shared/observability/phase-trace.ts'
import { memoryLimit } from '../../shared/runtime/memory-limit.ts'
import { sendMessages } from '../../shared/runtime/send-messages.ts'
import type { JobContext } from '../../shared/training/job-context.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import type { Runtime } from '../runtime.ts'

/** A message of the jobs queue, as it was received. */
export type ReceivedMessage = {
  readonly body: string
  readonly receiptHandle: string
  /** The message's SQS attributes. */
  readonly attributes: {
    readonly ApproximateReceiveCount?: string
    readonly SentTimestamp?: string
    readonly ApproximateFirstReceiveTimestamp?: string
    readonly MessageGroupId?: string
  }
}

/** The limits of the invocation that works on a message. */
export type Call = Pick<JobContext, 'requestId' | 'remainingMs' | 'interruptedAt'>

/**
 * Trains the job of a message.
 *
 * @throws transient errors: the message is not to be deleted, and comes back after the retry delay.
 */
export async function trainMessage(
  message: ReceivedMessage,
  runtime: Runtime,
  sqs: SQSClient,
  call: Call,
): ReturnType<typeof trainJob> {
  const { config } = runtime
  const attempt = Number(message.attributes.ApproximateReceiveCount ?? 1)
  // Drawn once, so that the record of a failure and the queue have the same delay.
  const delaySeconds = retryDelaySeconds(attempt, config.TENSORFLEET_RETRY_SECONDS)
  const jobId = outcomeId(message.body)
  // The sender's group, or else a group for each job.
  const group = message.attributes.MessageGroupId ?? jobId
  const { log, trace } = jobLog(jobId)
  try {
    return await trainJob(message.body, {
      ...sharedJobContext(runtime),
      isFunction: config.AWS_LAMBDA_FUNCTION_MEMORY_SIZE !== undefined,
      batch: runtime.batch,
      ...call,
      attempt,
      ...(config.JOB_QUEUE_URL === undefined ? {} : { retryDelaySeconds: delaySeconds }),
      send: (bodies) => send(sqs, config.JOB_QUEUE_URL, bodies, group),
      ...(config.JOB_QUEUE_URL === undefined ? {} : { messageGroup: group }),
      log,
      queueSeconds: secondsInQueue(message),
      onPhase: trace?.send,
    })
  } catch (error) {
    log.error('The job will be retried.', { error })
    await scheduleRetry(sqs, config, message, delaySeconds).catch((error: unknown) =>
      log.warn('The job will be retried only when its visibility timeout is over.', { error }),
    )
    throw error
  } finally {
    await trace?.sent()
  }
}

/** What the jobs of this process share. */
export function sharedJobContext({ config, hasRegistry, useRegistry, ...runtime }: Runtime) {
  const { store, bucket, storageService } = runtime
  return {
    store,
    bucket,
    ...(hasRegistry ? { useRegistry } : {}),
    storageService,
    threads: config.TENSORFLEET_THREADS,
    arithmetic: config.TENSORFLEET_ARITHMETIC,
    memoryBytes: memoryLimit(config.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, config.TENSORFLEET_MEMORY_MB),
    maxTrainingSeconds: config.TENSORFLEET_MAX_TRAINING_SECONDS,
  }
}

/** The log of a job, and where traces are sent its trace. */
export function jobLog(jobId: string) {
  const log = logger.createChild({ persistentKeys: { job_id: jobId } })
  const trace = phaseTrace(process.env, { job_id: jobId }, (error) =>
    log.warn('The trace could not be sent.', { error }),
  )
  return { log, trace }
}

async function send(
  sqs: SQSClient,
  queueUrl: string | undefined,
  bodies: readonly string[],
  group: string,
): Promise<void> {
  if (queueUrl === undefined) throw new Error('JOB_QUEUE_URL is not set: a long job cannot be continued.')
  await sendMessages(sqs, queueUrl, bodies, group)
}

/**
 * Schedules the retry of a failed message: it stays invisible for the retry delay. The queue alone would deliver it
 * again only when its visibility timeout is over, which is longer than the longest job.
 */
async function scheduleRetry(
  sqs: SQSClient,
  config: Runtime['config'],
  { receiptHandle }: ReceivedMessage,
  delaySeconds: number,
): Promise<void> {
  if (config.JOB_QUEUE_URL === undefined) return
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: config.JOB_QUEUE_URL,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: delaySeconds,
    }),
  )
}

/** Milliseconds from sending the message to its first receive. */
function secondsInQueue({ attributes }: ReceivedMessage): number | undefined {
  const sent = Number(attributes.SentTimestamp)
  const received = Number(attributes.ApproximateFirstReceiveTimestamp)
  return sent > 0 && received > 0 ? Math.max(0, received - sent) / 1000 : undefined
}
