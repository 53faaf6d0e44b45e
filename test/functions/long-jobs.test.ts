/**
 * Jobs that outlive an invocation: pauses through the bucket, no progress, the ceiling.
 *
 * @module-tag long
 */
import { randomInt, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import { randomState } from '../../shared/data/random.ts'
import type { Task } from '../../shared/data/task.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { modelId } from '../../shared/jobs/ids.ts'
import { completedResult, type JobResult } from '../../shared/jobs/result.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import type { JobContext } from '../../shared/training/job-context.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { jobContext, silentLog } from '../support/job-context.ts'
import { parityCsv } from '../support/parity-set.ts'
import { type TestStack, testStack } from '../support/stack.ts'
import { untimed } from '../support/untimed.ts'

const seed = Number(process.env.TENSORFLEET_SEED ?? randomInt(2 ** 31))

let stack: TestStack
beforeAll(async () => {
  stack = await testStack({ runJobs: false })
  for (const name of ['digits', 'iris'] as const) {
    await stack.bucket.put(`datasets/${name}.csv`, readFileSync(parityCsv(name)))
  }
})
afterAll(() => stack.close())

const worker = (remainingMs: number, changes: Partial<JobContext> = {}) =>
  jobContext(stack, { remainingMs: () => remainingMs, ...changes })

const message = (algorithm: string, hyperparameters: Record<string, unknown>, fields: object = {}) =>
  JSON.stringify({ job_id: randomUUID(), algorithm, dataset_path: 'digits', hyperparameters, ...fields })
const idOf = (body: string): string => JSON.parse(body).job_id
const hasCheckpoint = (body: string) => stack.bucket.exists(jobKeys.checkpoint(idOf(body)))

/** Calls until the job is done, each with as much time as `callMs` says. */
async function inCalls(body: string, callMs: () => number) {
  for (let calls = 1; ; calls++) {
    const result = await trainJob(body, worker(callMs()))
    if (result === 'continued') continue
    if (result.status === 'failed') throw new Error(result.error)
    const { files } = manifestSchema.parse(
      await stack.bucket.getJson(modelKey(result.model_id, 'manifest.json')),
    )
    return {
      calls,
      sha256: files['model.json'].sha256,
      found: untimed([result.cross_validation, result.search, result.leaderboard]),
    }
  }
}

type LongJob = [string, string, Record<string, unknown>, object?]

async function handOn(...[, algorithm, params, fields]: LongJob) {
  const started = performance.now()
  const whole = await inCalls(message(algorithm, params, fields), () => 600_000)
  const wholeMs = performance.now() - started
  const random = randomState(seed)
  let body = ''
  let parts = whole
  // Calls are as short as the machine is quick; the first is the shortest, until it is short enough that there is a second.
  for (let first = wholeMs / 4; parts.calls === 1 && first > 1; first /= 2) {
    const times = [first]
    body = message(algorithm, params, fields)
    parts = await inCalls(body, () => times.pop() ?? wholeMs * (0.3 + random.double() * 0.5))
  }
  expect(parts.calls).toBeGreaterThan(1)
  expect(parts.sha256).toBe(whole.sha256)
  expect(parts.found).toEqual(whole.found)
  expect(await hasCheckpoint(body)).toBe(false)
}

describe(`with the seed ${seed} (TENSORFLEET_SEED repeats it)`, () => {
  const title = '%s handed on at random moments ends in the same artifact'
  test.each<LongJob>([
    ['a 100-tree forest', 'random_forest', {}],
    ['a forest with four folds', 'random_forest', { n_estimators: 30 }, { cv: 4 }],
    [
      'a search of four forests',
      'random_forest',
      { n_estimators: 15 },
      { search: { parameters: { max_depth: [3, 8], criterion: ['gini', 'entropy'] }, cv: 3 } },
    ],
  ])(title, handOn)
  test.each<LongJob>([
    ['a 10-epoch dnn', 'dnn', { epochs: 10 }],
    ['an svm', 'svm', { probability: true }],
    ['a choice of the algorithm', 'auto', {}, { dataset_path: 'iris', cv: 3 }],
    [
      'successive halving',
      'random_forest',
      { n_estimators: 15 },
      {
        search: { method: 'halving', parameters: { max_depth: [2, 4, 8], max_features: [0.1, 0.3] }, cv: 3 },
      },
    ],
    [
      'a search by the tree-structured Parzen estimator',
      'decision_tree',
      {},
      { search: { method: 'tpe', parameters: { max_depth: { integers: [1, 20] } }, n_trials: 14, cv: 3 } },
    ],
  ])(title, { tags: 'long' }, handOn)
})

describe('a step that begins in the second half of a call is left to the next one', () => {
  const callMs = 600_000
  /** Calls as many as the given ones; in each, the clock is set forward by 0.6 of the call when that phase has ended. */
  async function withClock(body: string, lateAfter: (string | undefined)[], attempt = 1) {
    vi.useFakeTimers({ toFake: ['performance'] })
    const outcomes: (JobResult | 'continued')[] = []
    try {
      for (const late of lateAfter) {
        const onPhase = ({ phase }: { phase: string }) => {
          if (phase === late) vi.advanceTimersByTime(0.6 * callMs)
        }
        outcomes.push(await trainJob(body, worker(callMs, { onPhase, attempt })))
      }
    } finally {
      vi.useRealTimers()
    }
    return outcomes
  }
  const filesOf = async (body: string) => {
    const key = modelKey(modelId(idOf(body)), 'manifest.json')
    return manifestSchema.parse(await stack.bucket.getJson(key)).files
  }

  test.each<[string, Record<string, unknown>, Task?]>([
    ['random_forest', { n_estimators: 5 }],
    ['decision_tree', {}],
    ['logistic_regression', { max_iter: 20 }],
    ['svm', { probability: true }],
    ['k_neighbors', {}],
    ['naive_bayes', {}],
    ['dnn', { epochs: 2 }],
    ['cnn', { epochs: 1 }],
    ['decision_tree', {}, 'regression'],
    ['gradient_boosting', { max_iter: 5 }, 'regression'],
    ['linear_regression', { penalty: 'l1', alpha: 0.01 }],
    ['svm', { epsilon: 0.2 }, 'regression'],
    ['dnn', { epochs: 2 }, 'regression'],
    ['cnn', { epochs: 1, loss: 'mae' }, 'regression'],
  ])(
    '%s is fitted, evaluated and stored in a call each, to the same bytes',
    async (algorithm, params, task) => {
      const whole = message(algorithm, params, { task })
      const result = await trainJob(whole, worker(callMs))
      const { warnings } = completedResult.parse(result)
      const body = message(algorithm, params, { task })
      const outcomes = await withClock(body, ['prepare', 'train', undefined])
      expect(outcomes).toEqual([
        'continued',
        'continued',
        expect.objectContaining({ status: 'completed', warnings }),
      ])
      const sha256 = ({ files }: { files: Awaited<ReturnType<typeof filesOf>> }) =>
        [files['model.json'], files['report.json']].map((file) => file.sha256)
      expect(sha256({ files: await filesOf(body) })).toEqual(sha256({ files: await filesOf(whole) }))
      expect(await Array.fromAsync(stack.bucket.list(`checkpoints/${idOf(body)}/`))).toEqual([])
    },
  )

  test('a model that was evaluated is stored without its dataset', async () => {
    const body = message('decision_tree', {})
    expect(await withClock(body, ['prepare', 'train'])).toEqual(['continued', 'continued'])
    const gone = { ...stack.store, bucket: () => stack.store.bucket('no-such-bucket') }
    expect(await trainJob(body, worker(callMs, { store: gone }))).toMatchObject({ status: 'completed' })
  })

  test('on a redelivery each step is saved, as the attempt before may have been killed in the next', async () => {
    const body = message('decision_tree', {})
    async function putPieces(...given: Parameters<Bucket['putPieces']>): Promise<void> {
      if (given[0].endsWith('model.json')) throw new Error('stopped')
      return stack.bucket.putPieces(...given)
    }
    const stopped = (attempt: number) =>
      trainJob(body, worker(callMs, { attempt, bucket: { ...stack.bucket, putPieces } }))
    await expect(stopped(1)).rejects.toThrow('stopped')
    expect(await Array.fromAsync(stack.bucket.list(`checkpoints/${idOf(body)}/`))).toEqual([])
    await expect(stopped(2)).rejects.toThrow('stopped')
    const saved = await Array.fromAsync(stack.bucket.list(`checkpoints/${idOf(body)}/`), ({ key }) => key)
    expect(saved).toEqual([jobKeys.evaluated(idOf(body)), jobKeys.checkpoint(idOf(body))])
    expect(await trainJob(body, worker(callMs, { attempt: 3 }))).toMatchObject({ status: 'completed' })
  })
})

test('a call without an end saves a checkpoint on its way, and goes on to the same bytes', async () => {
  const body = message('random_forest', { n_estimators: 20 })
  const whole = await inCalls(message('random_forest', { n_estimators: 20 }), () => 600_000)
  vi.useFakeTimers({ toFake: ['performance'] })
  const saved: string[] = []
  try {
    const onPhase = ({ phase }: { phase: string }) => {
      if (phase === 'prepare') vi.advanceTimersByTime(16 * 60_000)
    }
    const log = { ...silentLog, info: (event: string) => saved.push(event) }
    const result = await trainJob(body, worker(Number.POSITIVE_INFINITY, { onPhase, log }))
    expect(result).toMatchObject({ status: 'completed' })
  } finally {
    vi.useRealTimers()
  }
  expect(saved).toEqual(['job paused', 'job completed'])
  const key = modelKey(modelId(idOf(body)), 'manifest.json')
  const { files } = manifestSchema.parse(await stack.bucket.getJson(key))
  expect(files['model.json'].sha256).toBe(whole.sha256)
})

test('a job that comes no further between two calls fails, and says so', async () => {
  // TensorFlow.js can pause between epochs only, and one takes longer than the call.
  const body = message('dnn', { engine: 'tfjs', epochs: 5, batch_size: 1 })
  expect(await trainJob(body, worker(400))).toBe('continued')
  expect(await hasCheckpoint(body)).toBe(true)
  expect(await trainJob(body, worker(400))).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/^The training makes no progress: twice, 0 s were too short/),
  })
  expect(await hasCheckpoint(body)).toBe(false)
})

test('a job fails at the ceiling of its time, which counts over all calls', async () => {
  const body = message('dnn', { epochs: 100_000 })
  expect(await trainJob(body, worker(200))).toBe('continued')
  const key = jobKeys.checkpoint(idOf(body))
  const saved = deserialize((await stack.bucket.get(key)) ?? new Uint8Array())
  expect(saved.elapsed).toBeGreaterThan(0)
  expect(saved.elapsed).toBeLessThan(60)
  await stack.bucket.put(key, serialize({ ...saved, elapsed: saved.elapsed + 3600 }))
  expect(await trainJob(body, worker(200))).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/longer than 3600 s in all.*TENSORFLEET_MAX_TRAINING_SECONDS/),
  })
})

test('a checkpoint of a job that is cancelled is deleted with it', async () => {
  const body = message('dnn', { epochs: 100_000 })
  expect(await trainJob(body, worker(200))).toBe('continued')
  await stack.bucket.put(jobKeys.cancel(idOf(body)), '')
  expect(await trainJob(body, worker(200))).toMatchObject({ status: 'failed', error: 'cancelled' })
  expect(await hasCheckpoint(body)).toBe(false)
})
