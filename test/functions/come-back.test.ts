/**
 * A message that failed comes back soon, although the queue hides messages for longer than the longest job.
 *
 * @module-tag long
 */
import { setTimeout } from 'node:timers/promises'
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type FunctionHost, startFunction } from '../../local/lambda/function-host.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

let stack: TestStack
let train: FunctionHost
beforeAll(async () => {
  stack = await testStack({ runJobs: false })
  train = startFunction({
    name: 'train',
    handler: 'functions/train/handler.handler',
    root: process.cwd(),
    environment: { ...stack.stack.environment, PATH: process.env.PATH ?? '' },
    timeoutSeconds: 60,
    memoryMb: 3008,
    concurrency: 1,
    onLine: (line) => stack.logs.push(line),
  })
})
afterAll(async () => {
  await train.close()
  await stack.close()
})

const queue = z.object({
  messages: z.object({ inflight: z.array(z.object({ visibilityDeadline: z.number() })) }),
})

/** Seconds until the one message in flight is visible again. */
async function hiddenFor(of: TestStack = stack): Promise<number> {
  const { AWS_ENDPOINT_URL, JOB_QUEUE_URL } = of.stack.environment
  const answer = await fetch(`${AWS_ENDPOINT_URL}/_fauxqs/queues/${JOB_QUEUE_URL.split('/').at(-1)}`)
  const [{ visibilityDeadline }] = queue.parse(await answer.json()).messages.inflight
  return (visibilityDeadline - Date.now()) / 1000
}

test.each([
  [1, 30, 60],
  [2, 120, 240],
  [4, 1920, 3840],
])('after failure %i, in %i to %i seconds', async (receipts, least, most) => {
  const job_id = `unreadable-${receipts}`
  await stack.putUnreadable(jobKeys.record(job_id))
  await stack.send(JSON.stringify({ job_id, algorithm: 'svm', dataset_path: 'iris' }))
  const QueueUrl = stack.stack.environment.JOB_QUEUE_URL
  const { Messages: [message] = [] } = await stack.sqs.send(
    new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 5400 }),
  )
  const record = {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    eventSource: 'aws:sqs',
    body: message.Body,
    attributes: { ApproximateReceiveCount: String(receipts) },
  }
  expect(await train.invoke({ Records: [record] })).toEqual({
    batchItemFailures: [{ itemIdentifier: message.MessageId }],
  })
  const seconds = await hiddenFor()
  expect(seconds).toBeGreaterThan(least - 5)
  expect(seconds).toBeLessThanOrEqual(most)
  await stack.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }))
})

test('the embedded stack leaves the delay of TENSORFLEET_RETRY_SECONDS alone', async () => {
  const environment = { ...process.env, TENSORFLEET_RETRY_SECONDS: '200' }
  const own = await testStack({ retrySeconds: undefined, environment })
  await own.putUnreadable(jobKeys.record('unreadable'))
  await own.send(JSON.stringify({ job_id: 'unreadable', algorithm: 'svm', dataset_path: 'iris' }))
  await until(() => own.bucket.exists(jobKeys.failure('unreadable')), 'the failure')
  await until(async () => (await hiddenFor(own)) > 31, 'the retry delay')
  await setTimeout(500)
  const seconds = await hiddenFor(own)
  expect(seconds).toBeGreaterThan(90)
  expect(seconds).toBeLessThanOrEqual(200)
  await own.close()
})
