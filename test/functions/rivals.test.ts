/** What a search, and "auto", say of the next best: how they and the model differ on the test rows. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CompletedResult } from '../../shared/jobs/result.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack({ concurrency: 2 })
})
afterAll(() => worker.close())

const fixtures = join(import.meta.dirname, '..', 'fixtures')
const csvOf = (file: string) => readFileSync(join(fixtures, `${file}.csv`), 'utf8')

async function comparisonOf(file: string, job: Record<string, unknown>) {
  const result = await worker.train(csvOf(file), job, 120)
  if (result.status === 'failed') throw new Error(result.error)
  if (result.comparison === undefined) throw new Error('The result has no comparison.')
  return { result, comparison: result.comparison }
}

async function pageOf({ model_id }: CompletedResult): Promise<string> {
  const key = modelKey(model_id, 'report.html')
  while (!(await worker.bucket.exists(key))) await sleep(50)
  return new TextDecoder().decode(await worker.bucket.get(key))
}

test.each([1, 3])('a search of a classification, %d at a time', async (max_parallel) => {
  const search = { parameters: { max_depth: [1, 2, 3, 3, 4] }, cv: 3, max_parallel }
  const { result, comparison } = await comparisonOf('parity/wine', { algorithm: 'decision_tree', search })
  const { rivals, classes = [], ahead, behind, test_rows, rows } = comparison
  const best = result.search?.best_parameters
  expect(rivals).toHaveLength(2)
  expect(
    new Set([best, ...rivals.map(({ parameters }) => parameters)].map((each) => JSON.stringify(each))).size,
  ).toBe(3)
  expect(rivals[0].mean_score).toBeGreaterThanOrEqual(Number(rivals[1].mean_score))
  const sum = (of: 'test_rows' | 'right' | 'ahead' | 'behind') =>
    classes.reduce((total, each) => total + each[of], 0)
  expect([sum('test_rows'), sum('ahead'), sum('behind')]).toEqual([test_rows, ahead, behind])
  const accuracy = 'accuracy' in result.metrics ? result.metrics.accuracy : undefined
  expect(sum('right') / test_rows).toBeCloseTo(Number(accuracy), 12)
  expect(rows).toHaveLength(Math.min(20, ahead))
  for (const { actual, predicted, rivals } of rows) {
    expect(predicted).toBe(actual)
    expect(rivals).not.toContain(actual)
  }
  expect(await pageOf(result)).toContain('<h2>Beside its rivals</h2>')
})

test('the rows are those of the dataset', async () => {
  const search = { parameters: { max_depth: [1, 6] }, cv: 2 }
  const csv = csvOf('parity/wine').trimEnd().split('\n')
  const target = (row: number) => csv[row].split(',').at(-1)
  const { comparison } = await comparisonOf('parity/wine', { algorithm: 'decision_tree', search })
  expect(comparison.rows.length).toBeGreaterThan(0)
  for (const { row, actual } of comparison.rows) expect(String(actual)).toBe(target(row))
})

test('a search of a regression', async () => {
  const search = { parameters: { alpha: [0.1, 1, 10] }, cv: 3 }
  const job = { algorithm: 'linear_regression', hyperparameters: { penalty: 'l2' }, search }
  const { result, comparison } = await comparisonOf('parity-variants/diabetes', job)
  expect(comparison).toMatchObject({ rivals: [{ algorithm: 'linear_regression' }, {}] })
  expect(comparison).not.toHaveProperty('classes')
  expect(comparison.ahead + comparison.behind).toBeLessThanOrEqual(comparison.test_rows)
  expect(await pageOf(result)).toContain('Nearest by most')
})

test('the rivals of auto are of other algorithms; without time there are none', async () => {
  const auto = { time_budget_seconds: 600 }
  const { result, comparison } = await comparisonOf('parity/iris', { algorithm: 'auto', cv: 2, auto })
  const algorithms = [result.algorithm, ...comparison.rivals.map(({ algorithm }) => algorithm)]
  expect(new Set(algorithms).size).toBe(3)
  const short = await worker.train(csvOf('parity/iris'), {
    algorithm: 'auto',
    auto: { time_budget_seconds: 0.001 },
  })
  expect(short).not.toHaveProperty('comparison')
})
