/**
 * The worker outside Lambda, as real processes: one job or those of the queue, interrupted and continued.
 *
 * @module-tag long
 */
import { randomUUID } from 'node:crypto'
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exitCodes } from '../../functions/work/exit-codes.ts'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import { acceptJob } from '../../shared/job-store/accept.ts'
import { cancelJob } from '../../shared/job-store/cancel.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { readMessage } from '../../shared/jobs/parse-message.ts'
import { completedResult } from '../../shared/jobs/result.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { jobContext } from '../support/job-context.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'
import { startWorker, type WorkerProcess } from '../support/worker-process.ts'

let stack: TestStack
const workers: WorkerProcess[] = []
beforeAll(async () => {
  stack = await testStack({ runJobs: false })
  await stack.stack.seed()
})
afterAll(async () => {
  for (const worker of workers) worker.stop()
  await Promise.all(workers.map(({ ended }) => ended))
  await stack.close()
})

function start(...args: string[]): WorkerProcess {
  const worker = startWorker(args, stack.stack.environment)
  workers.push(worker)
  return worker
}

/** A fit of some seconds. */
const long = { algorithm: 'dnn', dataset_path: 'wine', hyperparameters: { epochs: 6000 } }
const message = (job: object = long, job_id = randomUUID()) => JSON.stringify({ job_id, ...job })
const idOf = (body: string): string => JSON.parse(body).job_id

async function accepted(body: string): Promise<string> {
  await acceptJob(stack.bucket, idOf(body), readMessage(body))
  return idOf(body)
}

async function modelHash(jobId: string): Promise<string> {
  const result = completedResult.parse(await stack.bucket.getJson(jobKeys.result(jobId)))
  const manifest = await stack.bucket.getJson(modelKey(result.model_id, 'manifest.json'))
  return manifestSchema.parse(manifest).files['model.json'].sha256
}

const isRunning = (jobId: string) => () => stack.bucket.exists(jobKeys.status(jobId))
const hasCheckpoint = (jobId: string) => stack.bucket.exists(jobKeys.checkpoint(jobId))

async function messageCount(): Promise<number> {
  const { Attributes = {} } = await stack.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: stack.stack.environment.JOB_QUEUE_URL,
      AttributeNames: ['All'],
    }),
  )
  return (
    Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible)
  )
}

test('a job is trained by its id, and doing it again changes nothing', async () => {
  const id = await accepted(message({ algorithm: 'decision_tree', dataset_path: 'iris' }))
  expect(await start('--job', id).ended).toMatchObject({ code: exitCodes.done, err: '' })
  const first = await stack.bucket.get(jobKeys.result(id))
  expect(await start('--job', id).ended).toMatchObject({ code: exitCodes.done })
  expect(await stack.bucket.get(jobKeys.result(id))).toEqual(first)
})

test('a job that fails has its result, and the worker has done its work', async () => {
  const id = await accepted(message({ algorithm: 'svm', dataset_path: 'no-such-dataset' }))
  expect(await start('--job', id).ended).toMatchObject({ code: exitCodes.done })
  expect(await stack.resultOf(id)).toMatchObject({ status: 'failed', error_code: 'dataset_not_found' })
})

test.each<[string[], RegExp]>([
  [[], /either --job ID or --queue/],
  [['--job', 'x', '--queue'], /either --job ID or --queue/],
  [['--job', 'never-sent'], /There is no job never-sent in the bucket/],
  [['--job', 'no id'], /"no id" is not a job_id/],
  [['--que'], /--que/],
])('%j is a wrong command', async (args, sentence) => {
  const { code, err } = await start(...args).ended
  expect([code, err]).toEqual([exitCodes.wrong, expect.stringMatching(sentence)])
})

test('without its stores it is a transient error', { tags: 'long' }, async () => {
  const environment = { ...stack.stack.environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }
  expect(await startWorker(['--job', 'x'], environment).ended).toMatchObject({ code: exitCodes.failed })
})

test('interrupted by SIGTERM, a job and the queue’s worker continue to the same bytes', {
  tags: 'long',
  timeout: 120_000,
}, async () => {
  const whole = message()
  await trainJob(whole, jobContext(stack, { remainingMs: () => Number.POSITIVE_INFINITY }))
  const expected = await modelHash(idOf(whole))

  const id = await accepted(message())
  const first = start('--job', id)
  await until(isRunning(id), 'the fit')
  first.stop()
  expect(await first.ended).toMatchObject({ code: exitCodes.interrupted })
  expect(await hasCheckpoint(id)).toBe(true)
  expect(await start('--job', id).ended).toMatchObject({ code: exitCodes.done })
  expect(await modelHash(id)).toBe(expected)

  const queued = message()
  await stack.send(queued)
  const second = start('--queue')
  await until(isRunning(idOf(queued)), 'the fit')
  second.stop()
  expect(await second.ended).toMatchObject({ code: exitCodes.done })
  expect(await hasCheckpoint(idOf(queued))).toBe(true)
  expect(await messageCount()).toBe(1)
  const third = start('--queue')
  await stack.resultOf(idOf(queued))
  await until(async () => (await messageCount()) === 0, 'the end of the message')
  third.stop()
  expect(await third.ended).toMatchObject({ code: exitCodes.done })
  expect(await modelHash(idOf(queued))).toBe(expected)
  expect(await hasCheckpoint(idOf(queued))).toBe(false)
})

test('a running job is cancelled by its marker', async () => {
  const id = await accepted(message({ ...long, hyperparameters: { epochs: 1_000_000 } }))
  const worker = start('--job', id)
  await until(isRunning(id), 'the fit')
  expect(await cancelJob(stack.bucket, id, { canRun: true })).toMatchObject({ error_code: 'cancelled' })
  expect(await worker.ended).toMatchObject({ code: exitCodes.done })
})
