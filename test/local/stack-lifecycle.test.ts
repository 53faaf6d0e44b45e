/**
 * Stacks that are joined, killed and taken over.
 *
 * @module-tag long
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startAws } from '../../local/aws.ts'
import { createMetrics } from '../../local/metrics.ts'
import { startMongo } from '../../local/mongo/server.ts'
import { type Stack, type StackSettings, startStack } from '../../local/stack.ts'
import { runningStack } from '../../local/stack-file.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { recordOutcome } from '../../shared/observability/metrics.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'
import { until } from '../support/stack.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
afterAll(() => rm(root, { recursive: true }))

async function start(settings: StackSettings): Promise<Stack> {
  const stack = await startStack({ retrySeconds: 1, ...settings })
  closers.push(stack.close)
  return stack
}

const directory = () => mkdtemp(join(root, 'stack-'))

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a directory', () => {
  test('that a stack uses is refused to another, which learns where the first can be reached', async () => {
    const own = await directory()
    const stack = await start({ directory: own })
    await expect(startStack({ directory: own })).rejects.toThrow(/^Another stack \(process \d+\) uses/)
    expect(await runningStack(own)).toEqual({
      pid: process.pid,
      environment: stack.environment,
    })
    await stack.close()
    expect(await runningStack(own)).toBeUndefined()
    await start({ directory: own, runJobs: false })
  })

  test('goes to one of several that ask for it at once', async () => {
    const own = await directory()
    const starts = await Promise.allSettled([1, 2, 3].map(() => start({ directory: own, runJobs: false })))
    expect(starts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected'])
  })

  test('is not waited for where no stack ever was', async () => {
    expect(await runningStack(join(root, 'never'))).toBeUndefined()
    expect(existsSync(join(root, 'never'))).toBe(false)
  })

  test('whose stack runs no jobs is waited for by who needs one that does', async () => {
    const own = await directory()
    const stack = await start({ directory: own, runJobs: false })
    expect(await runningStack(own)).toMatchObject({ storesOnly: true })
    const waited = runningStack(own, true)
    await stack.close()
    expect(await waited).toBeUndefined()
  })

  test('of a killed stack is taken over with its jobs, and its functions are gone', async () => {
    const own = await directory()
    const child = fork(join(import.meta.dirname, 'stack-process.ts'), [own], { stdio: 'inherit' })
    const [{ environment, pids }] = await once(child, 'message')
    expect(await runningStack(own)).toMatchObject({ pid: child.pid, environment })
    await expect(startStack({ directory: own })).rejects.toThrow(/^Another stack \(process \d+\) uses/)
    const sqs = new SQSClient({ endpoint: environment.AWS_ENDPOINT_URL })
    const body = JSON.stringify({ job_id: 'kept', algorithm: 'decision_tree', dataset_path: 'nowhere' })
    await sqs.send(
      new SendMessageCommand({ QueueUrl: environment.JOB_QUEUE_URL, MessageBody: body, DelaySeconds: 1 }),
    )
    sqs.destroy()
    child.kill('SIGKILL')
    await once(child, 'exit')
    await until(async () => !pids.some(isAlive), 'the end of the functions’ processes')
    expect(await runningStack(own)).toBeUndefined()

    const stack = await start({ directory: own })
    const store = connectObjectStore(stack.aws)
    closers.push(store.close)
    const bucket = store.bucket(stack.environment.ARTIFACT_BUCKET)
    await until(() => bucket.exists(jobKeys.result('kept')), 'the result')
  })
})

test('a stack ends all that it started, and leaves its logs', async () => {
  const own = await directory()
  const stack = await start({ directory: own, api: { port: 0 } })
  await stack.seed()
  const pids = stack.pids()
  expect(pids.length).toBeGreaterThan(1)
  await Promise.all([stack.close(), stack.close()])
  expect(pids.filter(isAlive)).toEqual([])
  expect(await readFile(join(own, 'logs', 'seed.log'), 'utf8')).toMatch(/iris/)
  for (const url of [stack.environment.AWS_ENDPOINT_URL, `${stack.apiUrl}/metrics`])
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
})

test('a stack uses the servers that the environment names', async () => {
  const [elsewhere, own] = [await directory(), await directory()]
  const aws = await startAws(elsewhere)
  closers.push(aws.close)
  const mongo = await startMongo()
  closers.push(mongo.close)
  const environment = { ...process.env, AWS_ENDPOINT_URL: aws.endpoint, MONGODB_URL: mongo.url }
  const stack = await start({ directory: own, environment })
  expect(stack.environment).toMatchObject({ AWS_ENDPOINT_URL: aws.endpoint, MONGODB_URL: mongo.url })
  expect(existsSync(join(own, 's3')) || existsSync(join(own, 'mongo'))).toBe(false)
  await stack.seed()
  await stack.close()
  const store = connectObjectStore(aws.clients)
  expect(await store.bucket('tensorfleet').exists('datasets/iris.csv')).toBe(true)
  store.close()
})

describe('/metrics', () => {
  test('counts the outcomes that the functions log, and nothing else', async () => {
    const metrics = createMetrics()
    const outcome = { jobId: 'a', modelType: 'svm', seconds: 0.3, accuracy: 0.9 } as const
    recordOutcome({ ...outcome, status: 'completed' }, metrics.observe)
    recordOutcome({ ...outcome, jobId: 'b', status: 'failed' }, metrics.observe)
    const ofNumbers = { jobId: 'c', modelType: 'linear_regression', seconds: 0.1, r2: -0.2 } as const
    recordOutcome({ ...ofNumbers, status: 'completed' }, metrics.observe)
    for (const line of ['a line', '{"_aws"', '{"_aws":{}}', '{"_aws":{},"job_id":1}']) metrics.observe(line)
    const { text } = await metrics.read()
    for (const line of [
      'worker_task_duration_seconds_count 3',
      'worker_task_duration_seconds_bucket{le="0.25"} 1',
      'worker_task_duration_seconds_bucket{le="0.5"} 3',
      'worker_tasks_completed_total 2',
      'worker_tasks_failed_total 1',
      'worker_models_trained_total{model_type="svm"} 1',
      'worker_model_accuracy{job_id="a",model_type="svm"} 0.9',
      'worker_model_r2{job_id="c",model_type="linear_regression"} -0.2',
    ]) {
      expect(text.split('\n')).toContain(line)
    }
    expect(text).not.toContain('job_id="b"')
    expect(text).not.toContain('worker_model_accuracy{job_id="c"')
    expect(text).toContain('process_cpu_seconds_total')
  })

  test('keeps the accuracies of the last thousand jobs', async () => {
    const metrics = createMetrics()
    for (let i = 0; i < 1500; i++) {
      recordOutcome(
        { jobId: `j${i % 1250}`, modelType: 'dnn', status: 'completed', seconds: 1, accuracy: 1 },
        metrics.observe,
      )
    }
    const jobs = (await metrics.read()).text.match(/^worker_model_accuracy\{.*$/gm)
    expect(jobs).toHaveLength(1000)
    expect(jobs?.some((line) => line.includes('"j249"'))).toBe(true)
  })
})
