import { setTimeout as sleep } from 'node:timers/promises'
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { logger } from '../../shared/observability/logger.ts'
import { awsRetries, unlimited } from '../../shared/runtime/retry.ts'
import type { Runtime } from '../runtime.ts'
import { trainMessage } from '../train/train-message.ts'
import { WrongCommand } from './exit-codes.ts'
import { type Interruption, untilCutOff } from './interruption.ts'

/** Visibility timeout of a message in seconds, set anew by each heartbeat. */
const VISIBLE_AFTER_SECONDS = 120
const HEARTBEAT_MS = 40_000

/**
 * SQS keeps a message invisible for twelve hours at most: a longer job goes into a message of its own before that.
 */
const CALL_MS = 11.5 * 3600_000

const PAUSE_AFTER_ERROR_MS = 5000

/** Trains the jobs of the queue, one at a time, until the process is told to end. */
export async function workQueue(runtime: Runtime, interruption: Interruption): Promise<void> {
  const { JOB_QUEUE_URL: queueUrl, AWS_ENDPOINT_URL: endpoint } = runtime.config
  if (queueUrl === undefined) throw new WrongCommand('Set JOB_QUEUE_URL to the queue of jobs.')
  const sqs = new SQSClient({ endpoint, ...awsRetries(unlimited) })
  const { signal } = interruption
  logger.info('working on the queue', { queue: queueUrl })
  try {
    while (!signal.aborted) {
      try {
        const message = await receive(sqs, queueUrl, signal)
        if (message !== undefined) await workOn(message, { sqs, queueUrl, runtime, interruption })
      } catch (error) {
        if (signal.aborted) break
        logger.error('The queue could not be worked on.', { error })
        await sleep(PAUSE_AFTER_ERROR_MS, undefined, { signal }).catch(() => undefined)
      }
    }
    logger.info('told to end', {})
  } finally {
    sqs.destroy()
  }
}

async function receive(
  sqs: SQSClient,
  queueUrl: string,
  abortSignal: AbortSignal,
): Promise<Message | undefined> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      WaitTimeSeconds: 20,
      VisibilityTimeout: VISIBLE_AFTER_SECONDS,
      MessageSystemAttributeNames: ['All'],
    }),
    { abortSignal },
  )
  return Messages[0]
}

type Queue = {
  readonly sqs: SQSClient
  readonly queueUrl: string
  readonly runtime: Runtime
  readonly interruption: Interruption
}

/** An interrupted job continues from its checkpoint by a new message, so this one can be deleted. */
async function workOn(message: Message, { sqs, queueUrl, runtime, interruption }: Queue): Promise<void> {
  const { Body: body = '', ReceiptHandle: receiptHandle = '', Attributes: attributes = {} } = message
  const setVisibility = (VisibilityTimeout: number) =>
    sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout,
      }),
    )
  const heartbeat = setInterval(() => {
    setVisibility(VISIBLE_AFTER_SECONDS).catch((error: unknown) =>
      logger.warn('The message could not be kept.', { error }),
    )
  }, HEARTBEAT_MS)
  const end = performance.now() + CALL_MS
  const call = {
    requestId: message.MessageId,
    remainingMs: () => end - performance.now(),
    interruptedAt: interruption.at,
  }
  try {
    // A transient error is in the log, and the message comes back.
    const training = trainMessage({ body, receiptHandle, attributes }, runtime, sqs, call).catch(
      () => 'failed' as const,
    )
    const outcome = await untilCutOff(training, interruption)
    if (outcome === 'cut off') await setVisibility(0)
    else if (outcome !== 'failed') {
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle }))
    }
  } finally {
    clearInterval(heartbeat)
  }
}
