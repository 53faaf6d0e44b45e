/** Jobs whose data do not fit into the worker's memory, from the message to the model. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manifestSchema } from '../../shared/artifact/manifest.ts'
import { randomState } from '../../shared/data/random.ts'
import type { JobContext } from '../../shared/training/job-context.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { jobContext } from '../support/job-context.ts'
import { type TestPlaces, testPlaces } from '../support/stores.ts'

const COLUMNS = 60
const ROWS = 200_000
const MB = 2 ** 20

let places: TestPlaces
beforeAll(async () => {
  places = await testPlaces()
  const header = [...Array.from({ length: COLUMNS }, (_, j) => `x${j}`), 'y'].join(',')
  for (const day of [1, 2])
    await places.bucket.put(`datasets/wide/day=${day}/a.csv`, `${header}\n${lines(day)}`)
}, 120_000)
afterAll(() => places.close())

/** Half of the rows: small numbers, of which some tell the class. */
function lines(seed: number): string {
  const random = randomState(seed)
  return Array.from({ length: ROWS / 2 }, () => {
    const values = Array.from({ length: COLUMNS }, () => random.interval(99) / 10)
    return `${values.join(',')},${values[0] + values[1] - values[2] > 5 + random.double() ? 'a' : 'b'}\n`
  }).join('')
}

async function train(algorithm: string, changes: Partial<JobContext>, job: object = {}) {
  const body = JSON.stringify({ job_id: randomUUID(), algorithm, dataset_path: 'wide/', ...job })
  const result = await trainJob(body, jobContext(places, { remainingMs: () => 600_000, ...changes }))
  if (result === 'continued' || result.status === 'failed') throw new Error(JSON.stringify(result))
  const manifest = await places.bucket.getJson(`models/${result.model_id}/manifest.json`)
  const { files, dataset } = manifestSchema.parse(manifest)
  const { training_time: _, ...metrics } = result.metrics
  return { metrics, model: files['model.json'].sha256, dataset, warnings: result.warnings }
}

test.each([
  ['logistic_regression', {}, 240],
  ['gradient_boosting', { max_iter: 5 }, 240],
  ['dnn', { epochs: 1 }, 240],
])(
  '%s has the same model and figures where its data are streamed, on any number of threads',
  {
    tags: 'long',
    timeout: 300_000,
  },
  async (algorithm, hyperparameters, megabytes) => {
    const whole = await train(algorithm, { threads: 2 }, { hyperparameters })
    expect(whole.dataset.streamed).toBeUndefined()
    for (const threads of [1, 2]) {
      const streamed = await train(algorithm, { threads, memoryBytes: megabytes * MB }, { hyperparameters })
      expect(streamed.dataset).toEqual({ ...whole.dataset, streamed: true })
      expect(streamed.model).toBe(whole.model)
      expect(streamed.metrics).toEqual(whole.metrics)
    }
  },
)

test('trees learn from as many rows as fit into memory, which the result says, alike on any number of threads', {
  tags: 'long',
  timeout: 300_000,
}, async () => {
  const given = { hyperparameters: { max_depth: 6 } }
  const whole = await train('decision_tree', { threads: 2 }, given)
  expect(whole.dataset.streamed).toBeUndefined()
  const memoryBytes = 320 * MB
  const some = await train('decision_tree', { threads: 1, memoryBytes }, given)
  expect(some.dataset).toEqual({ ...whole.dataset, streamed: true })
  expect(some.model).not.toBe(whole.model)
  expect(some.warnings).toContainEqual(
    expect.stringMatching(
      /^The training rows did not fit into memory: decision_tree learned from \d+ of the /,
    ),
  )
  expect((await train('decision_tree', { threads: 2, memoryBytes }, given)).model).toBe(some.model)
})

test.each(['svm', 'k_neighbors'])(
  '%s, which cannot be streamed, is refused with what its data need and what can be done',
  {
    tags: 'long',
    timeout: 300_000,
  },
  async (algorithm) => {
    await expect(train(algorithm, { memoryBytes: 200 * MB })).rejects.toThrow(
      /needs at least .*: send fewer rows or columns, or have the function's memory raised, or use gradient_boosting, which learns from data larger than memory\./,
    )
  },
)
