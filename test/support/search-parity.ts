/** Searches of the worker beside those of scikit-learn that test/fixtures/search_parity.py made. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import cases from '../fixtures/search-parity.json' with { type: 'json' }
import type { TestStack } from './stack.ts'

export type SearchCase = (typeof cases)[number]
export const searchCases: readonly SearchCase[] = cases

export type SearchComparison = {
  readonly trials: number
  /** The greatest difference of a mean score; NaN where only one of both has a score. */
  readonly distance: number
  readonly isRankingEqual: boolean
  readonly isChoiceEqual: boolean
  /** Candidates, and of successive halving their rounds and resources. */
  readonly arePlansEqual: boolean
  readonly isEqual: boolean
}

/** libsvm stops at a tolerance, and so its scores can differ. */
export const toleranceOf = ({ algorithm }: Pick<SearchCase, 'algorithm'>) =>
  algorithm === 'svm' ? 5e-6 : 1e-12

/** Does the search on a worker. */
export async function compareSearch(worker: TestStack, asked: SearchCase): Promise<SearchComparison> {
  const { file, algorithm, hyperparameters, search } = asked
  const task = file.includes('variants') ? 'regression' : 'classification'
  const csv = readFileSync(join(import.meta.dirname, '..', 'fixtures', `${file}.csv`), 'utf8')
  const result = await worker.train(csv, { algorithm, task, hyperparameters, search })
  if (result.status === 'failed') throw new Error(result.error)
  const { trials = [], best_parameters = {}, best_score = null } = result.search ?? {}
  const means = trials.map((trial) => ('error' in trial ? null : trial.mean_score))
  const expected = asked.mean_scores.map((score) => (typeof score === 'number' ? score : null))
  const distance = Math.max(...expected.map((mean, k) => distanceOf(mean, means[k])))
  const tolerance = toleranceOf(asked)
  const isRankingEqual = equal(ranksOf(means, tolerance), ranksOf(expected, tolerance))
  const isChoiceEqual =
    isSame(best_parameters, asked.best_parameters) &&
    distanceOf(expected[asked.best_index], best_score) <= tolerance
  const arePlansEqual =
    trials.length === asked.candidates.length &&
    trials.every(
      ({ parameters, iteration, n_resources }, k) =>
        isSame(parameters, asked.candidates[k]) &&
        iteration === asked.iterations?.[k] &&
        n_resources === asked.n_resources?.[k],
    )
  const isEqual = distance <= tolerance && isRankingEqual && isChoiceEqual && arePlansEqual
  return { trials: trials.length, distance, isRankingEqual, isChoiceEqual, arePlansEqual, isEqual }
}

function distanceOf(a: number | null, b: number | null | undefined): number {
  if (a === null) return b === null ? 0 : Number.NaN
  return typeof b === 'number' ? Math.abs(a - b) : Number.NaN
}

/** As `rank_test_score`: equal scores share the best place, those without one the last. */
function ranksOf(means: readonly (number | null)[], tolerance: number): number[] {
  const shown = means.map((mean) => mean ?? Number.NEGATIVE_INFINITY)
  return shown.map((mean) => 1 + shown.filter((other) => other > mean + 2 * tolerance).length)
}

/** Whether each value that scikit-learn has is the same here; numbers to 12 digits. */
function isSame(found: Readonly<Record<string, unknown>>, expected: object): boolean {
  return Object.entries(expected).every(([name, value]) => {
    const own = found[name]
    if (typeof value === 'number' && typeof own === 'number') return Math.abs(value - own) <= 5e-13
    return own === value
  })
}

const equal = (a: readonly number[], b: readonly number[]) => a.join() === b.join()
