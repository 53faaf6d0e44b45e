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

export type SqsEventSource = {
  /** Stops receiving and waits for the invocations under way, at most `graceMs`. */
  close(graceMs: number): Promise<void>
}

const batchResponse = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) })

/** While an invocation runs, its messages stay invisible for this long, renewed at half of it. */
const VISIBILITY_SECONDS = 30

/**
 * Polls a queue and invokes a function with what it receives, as Lambda's event source mapping does with
 * ReportBatchItemFailures: what succeeded is deleted, the rest comes back and ends in the dead-letter queue by the queue's own
 * redrive policy. The function sets when a message that
 * it reports as failed comes back; that is left alone. Unlike in AWS the visibility is renewed while the function runs, so
 * that after a crash of the whole machine a job comes back in seconds.
 */
export function pollQueue(settings: {
  sqs: SQSClient
  queueUrl: string
  /** Invocations at one time. */
  concurrency: number
  /** Messages that one invocation gets at most, 1 to 10; 1 by default. */
  batchSize?: number
  /** When a message comes back whose invocation ended without an answer, so that nobody has set its visibility. */
  crashRetrySeconds: number
  /** The same for a message that was reported as failed, where the function does not set the visibility itself. */
  failureRetrySeconds?: number
  invoke(event: SQSEvent): Promise<unknown>
  /** Called when an invocation is over, well or not, before its messages are deleted or given back. */
  afterInvocation(bodies: string[]): Promise<void>
  onError(error: unknown): void
}): SqsEventSource {
  const { sqs, queueUrl } = settings
  const stop = new AbortController()
  const loops = Array.from({ length: settings.concurrency }, loop)

  async function loop(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        const received = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: queueUrl,
            MaxNumberOfMessages: settings.batchSize ?? 1,
            WaitTimeSeconds: 20,
            VisibilityTimeout: VISIBILITY_SECONDS,
            MessageSystemAttributeNames: ['All'],
            MessageAttributeNames: ['All'],
          }),
          { abortSignal: stop.signal },
        )
        const messages = received.Messages ?? []
        if (messages.length > 0) await process(messages)
      } catch (error) {
        if (stop.signal.aborted) return
        settings.onError(error)
        await sleep(500)
      }
    }
  }

  async function process(messages: readonly Message[]): Promise<void> {
    const renewal = setInterval(() => {
      for (const message of messages) setVisibility(message, VISIBILITY_SECONDS).catch(settings.onError)
    }, VISIBILITY_SECONDS * 500)
    let failed: ReadonlySet<string>
    let retrySeconds = settings.failureRetrySeconds
    try {
      failed = failures(messages, await settings.invoke(eventOf(messages, queueUrl)))
    } catch (error) {
      settings.onError(error)
      failed = idsOf(messages)
      retrySeconds = settings.crashRetrySeconds
    } finally {
      clearInterval(renewal)
    }
    await settings.afterInvocation(messages.map(({ Body }) => Body ?? ''))
    const work = messages.map(async (message) => {
      if (!failed.has(message.MessageId ?? '')) await remove(message)
      else if (retrySeconds !== undefined) await setVisibility(message, retrySeconds)
    })
    await Promise.all(work)
  }

  async function remove(message: Message): Promise<void> {
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }))
  }

  async function setVisibility(message: Message, seconds: number): Promise<void> {
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: message.ReceiptHandle,
        VisibilityTimeout: seconds,
      }),
    )
  }

  return {
    close: async (graceMs) => {
      stop.abort()
      const grace = sleep(graceMs, undefined, { ref: false })
      await Promise.race([Promise.allSettled(loops), grace])
    },
  }
}

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
