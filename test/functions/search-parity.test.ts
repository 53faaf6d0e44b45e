/** Searches beside scikit-learn: every trial's score, the ranking and the choice, on three datasets with four algorithms. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import cases from '../fixtures/search-parity.json' with { type: 'json' }
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
beforeAll(async () => {
  worker = await testStack()
})
afterAll(() => worker.close())

const csvOf = (file: string) =>
  readFileSync(join(import.meta.dirname, '..', 'fixtures', `${file}.csv`), 'utf8')

const finite = (score: number | string) => (typeof score === 'number' ? score : null)

/** As `rank_test_score`: equal scores share the best place, those without one the last. */
function ranksOf(means: readonly (number | null)[], digits: number): number[] {
  const shown = means.map((mean) => (mean === null ? Number.NEGATIVE_INFINITY : Number(mean.toFixed(digits))))
  return shown.map((mean) => 1 + shown.filter((other) => other > mean).length)
}

const isQuick = ({ file, algorithm }: (typeof cases)[number]) =>
  file === 'parity/wine' && ['decision_tree', 'svm'].includes(algorithm)

async function compare(asked: (typeof cases)[number]): Promise<void> {
  const { file, algorithm, hyperparameters, search } = asked
  // libsvm stops at a tolerance.
  const digits = algorithm === 'svm' ? 5 : 12
  const task = file.includes('variants') ? 'regression' : 'classification'
  const result = await worker.train(csvOf(file), { algorithm, task, hyperparameters, search })
  if (result.status === 'failed') throw new Error(result.error)
  const { trials = [], best_parameters, best_score } = result.search ?? {}
  expect(trials).toHaveLength(asked.candidates.length)
  const means = trials.map((trial) => ('error' in trial ? null : trial.mean_score))
  for (const [k, { parameters, iteration, n_resources }] of trials.entries()) {
    const expected = Number(asked.mean_scores[k])
    if (Number.isNaN(expected)) expect(means[k]).toBeNull()
    else expect(means[k]).toBeCloseTo(expected, digits)
    for (const [name, value] of Object.entries(asked.candidates[k])) {
      if (typeof value === 'number') expect(parameters[name]).toBeCloseTo(value, 12)
      else expect(parameters[name]).toEqual(value)
    }
    expect(iteration).toBe(asked.iterations?.[k])
    expect(n_resources).toBe(asked.n_resources?.[k])
  }
  expect(ranksOf(means, digits)).toEqual(ranksOf(asked.mean_scores.map(finite), digits))
  expect(best_score).toBeCloseTo(Number(asked.mean_scores[asked.best_index]), digits)
  for (const [name, value] of Object.entries(asked.best_parameters)) {
    if (typeof value === 'number') expect(best_parameters?.[name]).toBeCloseTo(value, 12)
    else expect(best_parameters?.[name]).toEqual(value)
  }
}

test.each(cases.filter(isQuick))('$title', compare)
test.each(cases.filter((each) => !isQuick(each)))('$title', { tags: 'long' }, compare)
