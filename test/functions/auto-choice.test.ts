/**
 * The algorithm "auto" on the five parity sets and three regressions: cross-validated and on the test rows at least as good as
 * the best algorithm with its defaults, within the budget.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { jobRecord } from '../../shared/jobs/records.ts'
import type { CompletedResult, JobResult } from '../../shared/jobs/result.ts'
import { parityCsv, paritySets } from '../support/parity-set.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack()
})
afterAll(() => worker.close())

const BUDGET_SECONDS = 60
const regressions = join(import.meta.dirname, '..', 'fixtures', 'parity-variants')
const sets = [
  ...paritySets.map((name) => ({ name, path: parityCsv(name), task: 'classification' })),
  ...['diabetes', 'heavy_tails', 'text'].map((name) => ({
    name,
    path: join(regressions, `${name}.csv`),
    task: 'regression',
  })),
]

function completed(result: JobResult): CompletedResult {
  if (result.status === 'failed') throw new Error(result.error)
  return result
}
const testScore = ({ metrics }: CompletedResult) =>
  ('r2' in metrics ? metrics.test_r2 : metrics.test_accuracy) ?? 0

test.each(sets)('$name', { tags: 'long' }, async ({ path, task }) => {
  const csv = readFileSync(path)
  const auto = { time_budget_seconds: BUDGET_SECONDS }
  const found = completed(await worker.train(csv, { algorithm: 'auto', task, auto }, 2 * BUDGET_SECONDS))
  const { candidates = [] } = found.leaderboard ?? {}
  const defaults = candidates.flatMap((candidate) =>
    'error' in candidate || Object.keys(candidate.parameters).length > 0 ? [] : [candidate],
  )
  const best = Math.max(...defaults.map(({ mean_score }) => mean_score ?? 0))
  const tested: [string, number, number][] = []
  for (const { algorithm, mean_score } of defaults) {
    const job = { algorithm, task }
    tested.push([algorithm, mean_score ?? 0, testScore(completed(await worker.train(csv, job, 120)))])
  }
  expect(found.cross_validation?.mean_score).toBeGreaterThanOrEqual(best)
  const [, , testOfBest] = tested.find(([, mean]) => mean === best) ?? ['', 0, 0]
  expect(testScore(found)).toBeGreaterThanOrEqual(testOfBest)
  const { accepted_at } = jobRecord.parse(await worker.bucket.getJson(jobKeys.record(found.job_id)))
  const ms = Date.parse(found.completed_at ?? '') - Date.parse(accepted_at)
  expect(ms / 1000).toBeLessThan(BUDGET_SECONDS)
})
