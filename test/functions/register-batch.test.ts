/** What EventBridge tells register of jobs in Batch: those that it gave up on, and those whose memory ran out. */
import { randomUUID } from 'node:crypto'
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { acceptJob } from '../../shared/job-store/accept.ts'
import { beginHandOver, confirmHandOver, findHandOver } from '../../shared/job-store/hand-over.ts'
import { findJobState } from '../../shared/job-store/job-state.ts'
import { readMessage } from '../../shared/jobs/parse-message.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await testStack({ runJobs: false })
  // The function, and the AWS SDK in it, read these when they are loaded.
  Object.assign(process.env, stack.stack.environment)
})
afterAll(() => stack.close())

/** An event of Batch's job `batch-1`, as EventBridge sends it to the function. */
async function tell(jobId: string, detail: object): Promise<void> {
  const { handler } = await import('../../functions/register/handler.ts')
  const event = {
    'detail-type': 'Batch Job State Change' as const,
    detail: { jobId: 'batch-1', status: 'FAILED' as const, parameters: { job_id: jobId }, ...detail },
  }
  const deadline = Date.now() + 60_000
  await handler(event, {
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'register',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:register',
    memoryLimitInMB: '1024',
    awsRequestId: randomUUID(),
    logGroupName: 'test',
    logStreamName: 'test',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  })
}

/** A job that is in Batch as `batch-1`. */
async function handedOver() {
  const job_id = randomUUID()
  const body = JSON.stringify({ job_id, algorithm: 'decision_tree', dataset_path: 'iris' })
  await acceptJob(stack.bucket, job_id, readMessage(body))
  const ours = { job_id, body, vcpus: 4, memory_mb: 8192, handed_over_at: new Date().toISOString() }
  const begun = await beginHandOver(stack.bucket, ours)
  await confirmHandOver(stack.bucket, { ...begun, batch_job_id: 'batch-1' })
  return { job_id, body }
}

async function received(url: string): Promise<(string | undefined)[]> {
  const { Messages = [] } = await stack.sqs.send(new ReceiveMessageCommand({ QueueUrl: url }))
  return Messages.map(({ Body }) => Body)
}

test('a job that Batch gave up on is dead-lettered, with the reason', async () => {
  const { job_id, body } = await handedOver()
  await tell(job_id, { statusReason: 'Host EC2 (instance i-1) terminated.' })
  expect(await findJobState(stack.bucket, job_id)).toMatchObject({
    status: 'dead_lettered',
    error: 'The attempt was cut off: Host EC2 (instance i-1) terminated.',
  })
  expect(await received(stack.stack.environment.DEAD_LETTER_QUEUE_URL)).toEqual([body])
})

test('a job whose memory ran out is sent to the function again, which finds a larger machine for it', async () => {
  const { job_id, body } = await handedOver()
  await tell(job_id, { container: { reason: 'OutOfMemoryError: Container killed due to memory usage' } })
  expect(await received(stack.stack.environment.JOB_QUEUE_URL)).toEqual([body])
  expect(await findHandOver(stack.bucket, job_id)).toMatchObject({ memory_mb: 16_384 })
  expect(await received(stack.stack.environment.DEAD_LETTER_QUEUE_URL)).toEqual([])
})
