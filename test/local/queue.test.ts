/**
 * S3, SQS and what connects a queue with a function.
 *
 * @module-tag long
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, expect, type TestContext, test } from 'vitest'
import { type LocalAws, startAws } from '../../local/aws.ts'
import { startFunction } from '../../local/lambda/function-host.ts'
import { pollQueue } from '../../local/lambda/sqs-event-source.ts'
import { createResources } from '../../local/resources.ts'
import { MAX_RECEIVE_COUNT } from '../../shared/jobs/retry-delay.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'
import { until } from '../support/stack.ts'

let directory: string
let aws: LocalAws
let sqs: SQSClient
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  aws = await startAws(directory)
  sqs = new SQSClient(aws.clients)
})
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
afterAll(async () => {
  sqs.destroy()
  await aws.close()
  await rm(directory, { recursive: true })
})

/** A queue of its own, polled for a handler of functions/sample.ts, until the test is finished. */
async function polled(handler: string, batchSize: number, onTestFinished: TestContext['onTestFinished']) {
  const { jobQueueUrl, deadLetterQueueUrl } = await createResources(aws.clients, 'bucket', randomUUID())
  const lines: string[] = []
  const host = startFunction({
    name: 'sample',
    handler: `functions/sample.${handler}`,
    root: import.meta.dirname,
    environment: { PATH: process.env.PATH ?? '' },
    timeoutSeconds: 30,
    memoryMb: 128,
    concurrency: 1,
    onLine: (line) => lines.push(line),
  })
  onTestFinished(host.close)
  const events = (): SQSEvent[] =>
    lines.filter((line) => line.startsWith('{"Records"')).map((line) => JSON.parse(line))
  return {
    jobQueueUrl,
    deadLetterQueueUrl,
    events,
    deliveries: () =>
      events().flatMap(({ Records }) =>
        Records.map(({ body, attributes }) => `${body} ${attributes.ApproximateReceiveCount}`),
      ),
    start() {
      const poller = pollQueue({
        sqs,
        queueUrl: jobQueueUrl,
        concurrency: 1,
        batchSize,
        crashRetrySeconds: 1,
        failureRetrySeconds: 1,
        invoke: host.invoke,
        afterInvocation: async () => undefined,
        onError: (error) => lines.push(String(error)),
      })
      onTestFinished(() => poller.close(1000))
    },
  }
}

async function messagesIn(QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))
  return (
    Number(Attributes?.ApproximateNumberOfMessages) +
    Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
  )
}

const sendAll = (QueueUrl: string, bodies: string[]) =>
  sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody })),
    }),
  )

test.concurrent('a message reaches the handler in Lambda’s shape and is then deleted', async ({
  onTestFinished,
}) => {
  const { jobQueueUrl, events, start } = await polled('batch', 1, onTestFinished)
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: jobQueueUrl,
      MessageBody: 'good',
      MessageAttributes: { from: { DataType: 'String', StringValue: 'a test' } },
    }),
  )
  start()
  await until(async () => (await messagesIn(jobQueueUrl)) === 0, 'deletion')
  expect(events()[0]).toEqual({
    Records: [
      {
        messageId: expect.any(String),
        receiptHandle: expect.stringMatching(/./),
        body: 'good',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          from: { dataType: 'String', stringValue: 'a test', stringListValues: [], binaryListValues: [] },
        },
        md5OfBody: '755f85c2723bb39381c7379a604160d8',
        eventSource: 'aws:sqs',
        eventSourceARN: expect.stringMatching(/^arn:aws:sqs:us-east-1:000000000000:/),
        awsRegion: 'us-east-1',
      },
    ],
  })
})

test.concurrent('of a batch only what failed comes again, and ends in the dead-letter queue', async ({
  onTestFinished,
}) => {
  const { jobQueueUrl, deadLetterQueueUrl, deliveries, start } = await polled('batch', 10, onTestFinished)
  await sendAll(jobQueueUrl, ['good 1', 'bad', 'good 2'])
  start()
  await until(async () => (await messagesIn(deadLetterQueueUrl)) === 1, 'the dead letter', 55)
  const receipts = Array.from({ length: MAX_RECEIVE_COUNT }, (_, i) => `bad ${i + 1}`)
  expect(deliveries().toSorted()).toEqual([...receipts, 'good 1 1', 'good 2 1'].toSorted())
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: deadLetterQueueUrl }))
  expect(Messages?.map(({ Body }) => Body)).toEqual(['bad'])
  expect(await messagesIn(jobQueueUrl)).toBe(0)
})

test.concurrent.for([
  ['throws', 'throwing'],
  ['is killed', 'dying'],
  ['reports a message that it never got', 'confused'],
])(
  'a message whose handler %s comes again until it is a dead letter',
  { timeout: 120_000 },
  async ([, handler], { onTestFinished }) => {
    const { jobQueueUrl, deadLetterQueueUrl, deliveries, start } = await polled(handler, 1, onTestFinished)
    await sendAll(jobQueueUrl, ['it'])
    start()
    await until(async () => (await messagesIn(deadLetterQueueUrl)) === 1, 'the dead letter', 110)
    expect(deliveries()).toEqual(Array.from({ length: MAX_RECEIVE_COUNT }, (_, i) => `it ${i + 1}`))
  },
)

test('queues, messages, their receipts and objects survive a restart', async () => {
  const own = await mkdtemp(join(directory, 'restart-'))
  const content = Buffer.alloc(20_000_000, 'data ')
  const first = await startAws(own)
  const { jobQueueUrl } = await createResources(first.clients, 'kept', 'jobs')
  const client = new SQSClient(first.clients)
  await client.send(new SendMessageCommand({ QueueUrl: jobQueueUrl, MessageBody: 'kept' }))
  await client.send(new ReceiveMessageCommand({ QueueUrl: jobQueueUrl, VisibilityTimeout: 0 }))
  client.destroy()
  const store = connectObjectStore(first.clients)
  await store.bucket('kept').put('a b/ü.bin', content)
  store.close()
  await first.close()

  const again = await startAws(own)
  closers.push(again.close)
  const urls = await createResources(again.clients, 'kept', 'jobs')
  const reader = new SQSClient(again.clients)
  const { Messages } = await reader.send(
    new ReceiveMessageCommand({
      QueueUrl: urls.jobQueueUrl,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  )
  reader.destroy()
  expect(Messages).toMatchObject([{ Body: 'kept', Attributes: { ApproximateReceiveCount: '2' } }])
  const stored = connectObjectStore(again.clients)
  expect(Buffer.from((await stored.bucket('kept').get('a b/ü.bin')) ?? '').equals(content)).toBe(true)
  stored.close()
})

test('a message that is given back at once is received again', async () => {
  const { jobQueueUrl: QueueUrl } = await createResources(aws.clients, 'bucket', randomUUID())
  await sendAll(QueueUrl, ['it'])
  for (const expected of ['1', '2', '3']) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['ApproximateReceiveCount'] }),
    )
    expect(Messages).toMatchObject([{ Body: 'it', Attributes: { ApproximateReceiveCount: expected } }])
    const [{ ReceiptHandle }] = Messages
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
  }
})

test('of racing conditional writes one is done, and what it wrote stays', async () => {
  await createResources(aws.clients, 'bucket', randomUUID())
  const s3 = new S3Client({ ...aws.clients, forcePathStyle: true })
  const object = { Bucket: 'bucket', Key: 'jobs/1/result.json' }
  const write = (Body: string) => s3.send(new PutObjectCommand({ ...object, Body, IfNoneMatch: '*' }))
  const bodies = Array.from({ length: 10 }, (_, i) => `writer ${i}`)
  const outcomes = await Promise.allSettled(bodies.map(write))
  const written = bodies.filter((_, i) => outcomes[i].status === 'fulfilled')
  expect(written).toHaveLength(1)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected')
      expect(outcome.reason).toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } })
  }
  const { Body } = await s3.send(new GetObjectCommand(object))
  expect([await Body?.transformToString()]).toEqual(written)
  s3.destroy()
})

test('the connection stays when an object is asked for that is not there', async () => {
  await createResources(aws.clients, 'bucket', randomUUID())
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (const isReused of [false, true]) {
    const asked = request(`${aws.endpoint}/bucket/none`, { method: 'HEAD', agent }).end()
    const [response]: IncomingMessage[] = await once(asked, 'response')
    response.resume()
    await once(response, 'end')
    expect([response.statusCode, asked.reusedSocket]).toEqual([404, isReused])
  }
  agent.destroy()
})

test('a queue that is there keeps the attributes that it has', async () => {
  const name = randomUUID()
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: '77' } }),
  )
  await createResources(aws.clients, 'bucket', name)
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout', 'RedrivePolicy'] }),
  )
  expect(Attributes).toEqual({ VisibilityTimeout: '77' })
})
