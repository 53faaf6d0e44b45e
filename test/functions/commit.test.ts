/** The commit protocol of docs/reliability.md: attempts at one job that race, come late or stop half-way. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { estimatorFor } from '../../shared/algorithms/index.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { modelId } from '../../shared/jobs/ids.ts'
import { CANCELLED } from '../../shared/jobs/result.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import { modelKey, modelPrefix } from '../../shared/storage/keys.ts'
import type { JobContext } from '../../shared/training/job-context.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { jobContext } from '../support/job-context.ts'
import { parityCsv } from '../support/parity-set.ts'
import { type TestStack, testStack } from '../support/stack.ts'
import { trap } from '../support/wasm-trap.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await testStack({ runJobs: false })
  await stack.bucket.put('datasets/iris.csv', readFileSync(parityCsv('iris')))
})
afterAll(() => stack.close())

const worker = (changes: Partial<JobContext> = {}) => jobContext(stack, changes)

const message = (fields: Record<string, unknown> = {}) =>
  JSON.stringify({ job_id: randomUUID(), algorithm: 'decision_tree', dataset_path: 'iris', ...fields })
const idOf = (body: string): string => JSON.parse(body).job_id
const keysUnder = async (prefix: string) =>
  (await Array.fromAsync(stack.bucket.list(prefix))).map(({ key }) => key)

test('two attempts at once end in one result, which both answer', async () => {
  const body = message()
  const [one, other] = await Promise.all([trainJob(body, worker()), trainJob(body, worker())])
  expect(one).toEqual(other)
  expect(one).toMatchObject({ status: 'completed' })
  expect(await stack.bucket.getJson(jobKeys.result(idOf(body)))).toEqual(one)
})

test('an attempt that comes to its commit after a cancel adopts that result, and leaves no model', async () => {
  const body = message()
  const jobId = idOf(body)
  const cancelled = { job_id: jobId, status: 'failed', error: CANCELLED }
  const late: Bucket = {
    ...stack.bucket,
    async putIfAbsent(key, content, type) {
      if (key === jobKeys.result(jobId)) await stack.bucket.put(key, JSON.stringify(cancelled))
      return stack.bucket.putIfAbsent(key, content, type)
    },
  }
  expect(await trainJob(body, worker({ bucket: late }))).toEqual(cancelled)
  expect(await keysUnder(modelPrefix(modelId(jobId)))).toEqual([])
})

test('a model whose attempt died before the commit is described by the next as it stands', async () => {
  const body = message()
  const jobId = idOf(body)
  const dying: Bucket = {
    ...stack.bucket,
    async putIfAbsent(key, content, type) {
      if (key === jobKeys.result(jobId)) throw new Error('killed')
      return stack.bucket.putIfAbsent(key, content, type)
    },
  }
  await expect(trainJob(body, worker({ bucket: dying }))).rejects.toThrow('killed')
  expect(await stack.bucket.getJson(jobKeys.failure(jobId))).toMatchObject({
    job_id: jobId,
    attempt: 1,
    error: 'Error: killed',
  })
  const manifest = Object(await stack.bucket.getJson(modelKey(modelId(jobId), 'manifest.json')))
  expect(await trainJob(body, worker({ attempt: 2 }))).toMatchObject({ metrics: manifest.metrics })
  expect(await keysUnder(`jobs/${jobId}/`)).toEqual([jobKeys.record(jobId), jobKeys.result(jobId)])
})

test('a redelivery clears away what an attempt left that died after the commit', async () => {
  const body = message()
  const jobId = idOf(body)
  const result = await trainJob(body, worker())
  await stack.bucket.put(jobKeys.status(jobId), '{}')
  await stack.bucket.put(jobKeys.checkpoint(jobId), 'x')
  expect(await trainJob(body, worker({ attempt: 2 }))).toEqual(result)
  expect(await keysUnder(`jobs/${jobId}/`)).toEqual([jobKeys.record(jobId), jobKeys.result(jobId)])
  expect(await keysUnder(`checkpoints/${jobId}/`)).toEqual([])
})

test('a job_id is taken by the first message under it, readable or not', async () => {
  const good = message()
  const jobId = idOf(good)
  const bad = JSON.stringify({ job_id: jobId, algorithm: 'decisiontree', dataset_path: 'iris' })
  const first = await trainJob(good, worker())
  expect(await trainJob(bad, worker())).toMatchObject({ error: expect.stringMatching(/already used/) })
  expect(await stack.bucket.getJson(jobKeys.result(jobId))).toEqual(first)

  const unreadable = JSON.stringify({ job_id: randomUUID(), algorithm: 'svm' })
  const refused = await trainJob(unreadable, worker())
  expect(refused).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/^dataset_path is missing/),
  })
  expect(await trainJob(unreadable, worker())).toEqual(refused)
  expect(await trainJob(message({ job_id: idOf(unreadable) }), worker())).toMatchObject({
    error: expect.stringMatching(/already used/),
  })
  expect(await stack.bucket.getJson(jobKeys.result(idOf(unreadable)))).toEqual(refused)
})

test.each(['fit', 'predict'])(
  'a job whose %s traps in a kernel fails at once, as a fault of the worker',
  async (step) => {
    const estimator = estimatorFor('decision_tree', 'classification')
    const { trainer } = estimator
    const spied = vi.spyOn(estimator, 'trainer').mockImplementation((given) => {
      const real = trainer(given)
      return {
        ...real,
        async fit(data, context) {
          if (step === 'fit') return trap()
          const fit = await real.fit(data, context)
          return fit.status === 'paused' ? fit : { ...fit, model: { ...fit.model, predict: trap } }
        },
      }
    })
    const body = message()
    expect(await trainJob(body, worker())).toMatchObject({
      job_id: idOf(body),
      status: 'failed',
      error_code: 'internal',
      error: expect.stringMatching(
        /^The training of decision_tree on 120 rows x 4 columns stopped at a fault .*divide by zero.*report it/,
      ),
    })
    spied.mockRestore()
  },
)
