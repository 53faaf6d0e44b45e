/**
 * The embedded stack hands over what outgrows the function: to `work --job`, in a process of this machine.
 *
 * @module-tag long
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../../local/stack.ts'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import { cancelJob } from '../../shared/job-store/cancel.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { completedResult } from '../../shared/jobs/result.ts'
import { unlimited } from '../../shared/runtime/retry.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { runCliHere } from '../support/cli.ts'
import { jobContext } from '../support/job-context.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

const FUNCTION_MB = 176

let stack: TestStack
beforeAll(async () => {
  stack = await testStack({ trainMemoryMb: FUNCTION_MB, api: { port: 0 } })
  await stack.stack.seed()
}, 60_000)
afterAll(() => stack.close())

const message = (fields: object = {}) =>
  JSON.stringify({ job_id: randomUUID(), algorithm: 'decision_tree', dataset_path: 'iris', ...fields })
const idOf = (body: string): string => JSON.parse(body).job_id

/** The SHA-256 of a job's model. */
async function modelOf(jobId: string): Promise<string> {
  const result = completedResult.parse(await stack.bucket.getJson(jobKeys.result(jobId)))
  const { files } = manifestSchema.parse(
    await stack.bucket.getJson(modelKey(result.model_id, 'manifest.json')),
  )
  return files['model.json'].sha256
}

test('a job is handed over as its message asks, ends as any other, and is counted and registered', async () => {
  const body = message({ compute: 'batch' })
  const id = idOf(body)
  await stack.send(body)
  expect(await stack.resultOf(id)).toMatchObject({ status: 'completed' })
  await until(async () => (await stack.db.collection('models').countDocuments({ job_id: id })) === 1, 'it')
  const metrics = await (await fetch(`${stack.stack.apiUrl}/metrics`)).text()
  expect(metrics).toContain('worker_jobs_handed_over_total 1')
  expect(metrics).toContain('worker_tasks_completed_total 1')
  const here = message()
  await trainJob(here, jobContext(stack))
  expect(await modelOf(id)).toEqual(await modelOf(idOf(here)))
})

test('a job of three times the function’s memory completes, to the bytes that it has where the memory is enough', {
  tags: 'long',
  timeout: 300_000,
}, async () => {
  // 31 million values: a fit of 8 + 8 bytes each, and the worker's own 150 MB. With less, a tree learns from a sample.
  const columns = 30
  const line = (i: number) =>
    Array.from({ length: columns }, (_, k) => (i * (2 * k + 3) + ((i * i) >> k)) % 10).join(',')
  const lines = Array.from({ length: 10_000 }, (_, i) => `${line(i)}\n`).join('')
  const header = `${Array.from({ length: columns }, (_, k) => `c${k}`).join(',')}\n`
  await stack.bucket.put('datasets/large.csv', header + lines.repeat(104))
  const fields = { dataset_path: 'large', hyperparameters: { max_depth: 3 } }
  const whole = message(fields)
  const tooLittle = { memoryBytes: 3 * FUNCTION_MB * 2 ** 20, remainingMs: unlimited }
  expect(await trainJob(message(fields), jobContext(stack, tooLittle))).toMatchObject({
    warnings: expect.arrayContaining([expect.stringContaining('rows did not fit into memory')]),
  })
  expect(await trainJob(whole, jobContext(stack, { remainingMs: unlimited }))).toMatchObject({
    status: 'completed',
  })

  const body = message(fields)
  await stack.send(body)
  expect(await stack.resultOf(idOf(body), 240)).toMatchObject({ status: 'completed' })
  expect(stack.logs.some((log) => log.includes('job handed over') && log.includes(idOf(body)))).toBe(true)
  expect(await modelOf(idOf(body))).toEqual(await modelOf(idOf(whole)))
})

test('a running job is shown and cancelled', { tags: 'long', timeout: 120_000 }, async () => {
  const body = message({ algorithm: 'dnn', hyperparameters: { epochs: 500_000 }, compute: 'batch' })
  const id = idOf(body)
  await stack.send(body)
  await until(async () => stack.logs.some((log) => log.includes('job handed over') && log.includes(id)), 'it')
  const run = (...args: string[]) => runCliHere(args, stack.stack.environment)
  const phase = async () => JSON.parse((await run('jobs', id)).out).phase
  await until(async () => (await phase()) === 'train', 'the fit')
  expect(await cancelJob(stack.bucket, id, { canRun: true })).toMatchObject({ error_code: 'cancelled' })
})

test('what runs when the stack ends goes on from its checkpoint when it begins again', {
  tags: 'long',
  timeout: 180_000,
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  const logs: string[] = []
  const start = () => startStack({ directory, onLog: (name, line) => logs.push(`${name}: ${line}`) })
  const bucketOf = ({ aws, environment }: Stack) =>
    connectObjectStore(aws).bucket(environment.ARTIFACT_BUCKET)
  const body = message({ algorithm: 'dnn', hyperparameters: { epochs: 8000 }, compute: 'batch' })
  try {
    const first = await start()
    await first.seed()
    const sqs = new SQSClient(first.aws)
    await sqs.send(new SendMessageCommand({ QueueUrl: first.environment.JOB_QUEUE_URL, MessageBody: body }))
    sqs.destroy()
    const status = () => bucketOf(first).getJson(jobKeys.status(idOf(body)))
    await until(async () => JSON.stringify(await status())?.includes('"train"') === true, 'the fit', 60)
    await first.close()
    expect(logs.some((line) => line.includes('job paused'))).toBe(true)
    const second = await start()
    const hasEnded = () => bucketOf(second).exists(jobKeys.result(idOf(body)))
    await until(hasEnded, 'the result', 90)
    expect(logs.some((line) => line.includes('job resumed'))).toBe(true)
    await second.close()
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
