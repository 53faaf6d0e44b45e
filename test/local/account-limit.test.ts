/** An account whose concurrent invocations are all taken: its jobs wait, and none becomes a dead letter unrun. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalAws, startAws } from '../../local/aws.ts'
import { startFunction } from '../../local/lambda/function-host.ts'
import { pollQueue } from '../../local/lambda/sqs-event-source.ts'
import { createResources } from '../../local/resources.ts'
import { until } from '../support/stack.ts'

/** AWS' limit for a new account. */
const ACCOUNT_LIMIT = 10
/** The visibility timeout of the queue, which is twenty minutes in AWS. */
const VISIBILITY_SECONDS = 1
/** As long as every place is taken: seven visibility timeouts, so seven receives, of which five were once too many. */
const BUSY_SECONDS = 7 * VISIBILITY_SECONDS

let directory: string
let aws: LocalAws
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  aws = await startAws(directory)
})
afterAll(async () => {
  await aws.close()
  await rm(directory, { recursive: true })
})

/** The account's places: who finds none is refused, as Lambda does. */
function accountOf(limit: number, taken: number) {
  let free = limit - taken
  let refused = 0
  return {
    release: (places: number) => {
      free += places
    },
    refused: () => refused,
    async run<T>(work: () => Promise<T>): Promise<T> {
      if (free === 0) {
        refused++
        throw new Error('TooManyRequestsException: Rate Exceeded.')
      }
      free--
      try {
        return await work()
      } finally {
        free++
      }
    },
  }
}

test('jobs that find no place wait for one, and no dead letter is one that never ran', {
  tags: 'long',
  timeout: 90_000,
}, async ({ onTestFinished }) => {
  const sqs = new SQSClient(aws.clients)
  onTestFinished(() => sqs.destroy())
  const { jobQueueUrl, deadLetterQueueUrl } = await createResources(aws.clients, 'bucket', randomUUID())
  const lines: string[] = []
  const host = startFunction({
    name: 'sample',
    handler: 'functions/sample.batch',
    root: import.meta.dirname,
    environment: { PATH: process.env.PATH ?? '' },
    timeoutSeconds: 30,
    memoryMb: 128,
    concurrency: 2,
    onLine: (line) => lines.push(line),
  })
  onTestFinished(host.close)
  const account = accountOf(ACCOUNT_LIMIT, ACCOUNT_LIMIT)
  const jobs = Array.from({ length: 5 }, (_, i) => `job ${i}`)
  for (const MessageBody of jobs)
    await sqs.send(new SendMessageCommand({ QueueUrl: jobQueueUrl, MessageBody }))
  const poller = pollQueue({
    sqs,
    queueUrl: jobQueueUrl,
    concurrency: 5,
    crashRetrySeconds: VISIBILITY_SECONDS,
    invoke: (event) => account.run(() => host.invoke(event)),
    afterInvocation: async () => undefined,
    onError: () => undefined,
  })
  onTestFinished(() => poller.close(1000))
  setTimeout(() => account.release(ACCOUNT_LIMIT), BUSY_SECONDS * 1000)

  const ran = () => jobs.filter((job) => lines.some((line) => line.includes(`"body":"${job}"`)))
  await until(async () => ran().length === jobs.length, 'the run of every job', 55)
  // More than five receives a job, which was the maximum once.
  expect(account.refused()).toBeGreaterThan(5 * jobs.length)
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['All'] }),
  )
  expect(Attributes?.ApproximateNumberOfMessages).toBe('0')
})
