import { setTimeout as sleep } from 'node:timers/promises'
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSMessageAttributes } from 'aws-lambda'
import { z } from 'zod'
import { MAX_RECEIVE_COUNT } from '../../shared/jobs/retry-delay.ts'

export type SqsEventSource = {
  /** Stops receiving and waits for the current invocations, `graceMs` at most. */
  close(graceMs: number): Promise<void>
}

const batchResponse = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) })

/** While an invocation runs, its messages stay invisible for this long, renewed at half of it. */
const VISIBILITY_SECONDS = 30

export type EventSourceSettings = {
  readonly sqs: SQSClient
  readonly queueUrl: string
  /** Maximum number of invocations at the same time. */
  readonly concurrency: number
  /** Maximum number of messages of one invocation, 1 to 10; 1 by default. */
  readonly batchSize?: number
  /** Visibility timeout in seconds of a message whose invocation ended without an answer. */
  readonly crashRetrySeconds: number
  /** The same for a message reported as failed; undefined if the function sets the visibility itself. */
  readonly failureRetrySeconds?: number
  invoke(event: SQSEvent): Promise<unknown>
  /**
   * Called when an invocation has ended, successfully or not, before its messages are deleted or made visible again.
   */
  afterInvocation(bodies: string[]): Promise<void>
  /**
   * Called when a message is visible again that crashed the invocation of its last receive: the next one moves it
   * away.
   */
  onLastCrash?(): void
  onError(error: unknown): void
}

/**
 * Polls a queue and invokes a function with what it receives, as Lambda's event source mapping does with
 * ReportBatchItemFailures: messages that succeeded are deleted, the others are received again and end in the
 * dead-letter queue by the queue's own redrive policy. The function sets when a message that it reports as failed is
 * visible again; that is left alone. Unlike in AWS the visibility is renewed while the function runs, so that after a
 * crash of the whole machine a job is received again within seconds.
 */
export function pollQueue(settings: EventSourceSettings): SqsEventSource {
  const stop = new AbortController()

  async function poll(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        const messages = await receive(settings, stop.signal)
        if (messages.length > 0) await processMessages(settings, messages)
      } catch (error) {
        if (stop.signal.aborted) return
        settings.onError(error)
        await sleep(500)
      }
    }
  }

  const polls = Array.from({ length: settings.concurrency }, poll)
  return {
    close: async (graceMs) => {
      stop.abort()
      const grace = sleep(graceMs, undefined, { ref: false })
      await Promise.race([Promise.allSettled(polls), grace])
    },
  }
}

async function receive(
  { sqs, queueUrl, batchSize = 1 }: EventSourceSettings,
  abortSignal: AbortSignal,
): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: batchSize,
      WaitTimeSeconds: 20,
      VisibilityTimeout: VISIBILITY_SECONDS,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
    { abortSignal },
  )
  return Messages
}

async function processMessages(settings: EventSourceSettings, messages: readonly Message[]): Promise<void> {
  const { sqs, queueUrl } = settings
  const setVisibility = ({ ReceiptHandle }: Message, VisibilityTimeout: number) =>
    sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout }))

  const renewal = setInterval(() => {
    for (const message of messages) setVisibility(message, VISIBILITY_SECONDS).catch(settings.onError)
  }, VISIBILITY_SECONDS * 500)
  let failed: ReadonlySet<string>
  let crashed = false
  let retrySeconds = settings.failureRetrySeconds
  try {
    failed = failures(messages, await settings.invoke(eventOf(messages, queueUrl)))
  } catch (error) {
    settings.onError(error)
    failed = idsOf(messages)
    crashed = true
    retrySeconds = settings.crashRetrySeconds
  } finally {
    clearInterval(renewal)
  }
  await settings.afterInvocation(messages.map(({ Body }) => Body ?? ''))
  const work = messages.map(async (message) => {
    if (!failed.has(message.MessageId ?? '')) {
      const { ReceiptHandle } = message
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }))
    } else if (retrySeconds !== undefined) await setVisibility(message, retrySeconds)
  })
  await Promise.all(work)
  if (crashed && messages.some(isLastReceive)) settings.onLastCrash?.()
}

const isLastReceive = ({ Attributes }: Message) =>
  Number(Attributes?.ApproximateReceiveCount) >= MAX_RECEIVE_COUNT

const idsOf = (messages: readonly Message[]) => new Set(messages.map(({ MessageId }) => MessageId ?? ''))

const noReport = z.union([z.object({ batchItemFailures: z.null().optional() }), z.null(), z.undefined()])

/** The ids that an answer reports as failed: none without a report, all where the report cannot be right. */
function failures(messages: readonly Message[], answer: unknown): ReadonlySet<string> {
  const sent = idsOf(messages)
  if (noReport.safeParse(answer).success) return new Set()
  const report = batchResponse.safeParse(answer)
  if (!report.success) return sent
  const failed = new Set(report.data.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  return failed.isSubsetOf(sent) ? failed : sent
}

/** The event of a batch, in Lambda's shape. */
function eventOf(messages: readonly Message[], queueUrl: string): SQSEvent {
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId ?? '',
      receiptHandle: message.ReceiptHandle ?? '',
      body: message.Body ?? '',
      attributes: {
        ApproximateReceiveCount: message.Attributes?.ApproximateReceiveCount ?? '1',
        SentTimestamp: message.Attributes?.SentTimestamp ?? '',
        SenderId: message.Attributes?.SenderId ?? '',
        ApproximateFirstReceiveTimestamp: message.Attributes?.ApproximateFirstReceiveTimestamp ?? '',
        ...(message.Attributes?.MessageGroupId && { MessageGroupId: message.Attributes.MessageGroupId }),
      },
      messageAttributes: attributesOf(message),
      md5OfBody: message.MD5OfBody ?? '',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queueUrl.split('/').at(-1)}`,
      awsRegion: 'us-east-1',
    })),
  }
}

function attributesOf({ MessageAttributes = {} }: Message): SQSMessageAttributes {
  return Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { DataType = 'String', StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType,
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
        stringListValues: [],
        binaryListValues: [],
      },
    ]),
  )
}
