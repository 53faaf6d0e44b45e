import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalAws, startAws } from '../../local/aws.ts'
import { type FunctionHost, startFunction } from '../../local/lambda/function-host.ts'
import { pollQueue } from '../../local/lambda/sqs-event-source.ts'
import { createResources } from '../../local/resources.ts'
import { until } from '../stack.ts'

const hosts: FunctionHost[] = []
afterAll(async () => {
  for (const host of hosts) await host.close()
})

function host(name: string, limits: { timeoutSeconds?: number; concurrency?: number } = {}): FunctionHost {
  const started = startFunction({
    name,
    handler: `handlers.${name}`,
    root: join(import.meta.dirname, 'handlers'),
    environment: {},
    timeoutSeconds: limits.timeoutSeconds ?? 30,
    memoryMb: 128,
    concurrency: limits.concurrency ?? 1,
    onLine: () => undefined,
  })
  hosts.push(started)
  return started
}

describe('a function', () => {
  test('gets the event and its context, in one warm process', async () => {
    const echo = host('echo')
    const first = Object(await echo.invoke({ a: [1] }))
    expect(first).toMatchObject({ event: { a: [1] }, pid: expect.any(Number) })
    expect(first.remaining).toBeGreaterThan(25_000)
    const second = Object(await echo.invoke({}))
    expect(second.pid).toBe(first.pid)
    expect(second.requestId).not.toBe(first.requestId)
  })
  test('runs in as many processes at once as it may', async () => {
    const echo = host('echo', { concurrency: 2 })
    const pids = await Promise.all([1, 2, 3, 4].map(async () => Object(await echo.invoke({})).pid))
    expect(new Set(pids).size).toBe(2)
  })
  test('that throws answers with its error', async () => {
    await expect(host('fail').invoke({})).rejects.toThrow('TypeError: not today')
  })
  test('that does not exist says so', async () => {
    await expect(host('nothing').invoke({})).rejects.toThrow(/exports no function nothing/)
  })
  test('whose process dies fails the invocation, and the next has a new process', async () => {
    const crash = host('crash')
    await expect(crash.invoke({})).rejects.toThrow(/ended \(exit code 3\)/)
    await expect(crash.invoke({})).rejects.toThrow(/ended \(exit code 3\)/)
  })
  test('that takes too long is killed', async () => {
    const hang = host('hang', { timeoutSeconds: 1 })
    await expect(hang.invoke({})).rejects.toThrow(/ended \(SIGKILL\)/)
    expect(hang.pids()).toEqual([])
  })
})

describe('a queue that triggers a function', () => {
  let directory: string
  let aws: LocalAws
  let sqs: SQSClient
  let urls: { jobQueueUrl: string; deadLetterQueueUrl: string }
  beforeAll(async () => {
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    })
    directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
    aws = await startAws(directory)
    urls = await createResources(aws.endpoint, 'bucket', 'jobs')
    sqs = new SQSClient({ endpoint: aws.endpoint })
  })
  afterAll(async () => {
    sqs.destroy()
    await aws.close()
    await rm(directory, { recursive: true })
  })

  const send = (MessageBody: string) =>
    sqs.send(new SendMessageCommand({ QueueUrl: urls.jobQueueUrl, MessageBody }))
  const count = async (QueueUrl: string) => {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
    )
    return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0)
  }

  test('loses what succeeded, and after five receipts gives the rest to the dead-letter queue', async () => {
    const partial = host('partial')
    let invocations = 0
    const source = pollQueue({
      sqs,
      queueUrl: urls.jobQueueUrl,
      concurrency: 1,
      retrySeconds: 0,
      invoke: (event) => {
        invocations++
        return partial.invoke(event)
      },
      afterInvocation: async () => undefined,
      onError: () => undefined,
    })
    for (const body of ['good', 'bad', 'good']) await send(body)
    await until(async () => (await count(urls.deadLetterQueueUrl)) === 1, 'the dead letter')
    await source.close(1000)
    expect(await count(urls.jobQueueUrl)).toBe(0)
    expect(invocations).toBe(2 + 5)
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: urls.deadLetterQueueUrl, VisibilityTimeout: 0 }),
    )
    expect(Messages?.map(({ Body }) => Body)).toEqual(['bad'])
  })

  test('keeps its messages over a restart', async () => {
    await send('kept')
    await aws.close()
    aws = await startAws(directory)
    sqs = new SQSClient({ endpoint: aws.endpoint })
    urls = await createResources(aws.endpoint, 'bucket', 'jobs')
    expect(await count(urls.jobQueueUrl)).toBe(1)
  })
})
