/**
 * Successive halving: all candidates on few rows (or with little of another resource), the best of them on more, and so on.
 * Karnin, Koren and Somekh, "Almost optimal exploration in multi-armed bandits", ICML 2013; the rounds are those of
 * scikit-learn's `HalvingGridSearchCV` and `HalvingRandomSearchCV` (sklearn/model_selection/_search_successive_halving.py).
 */
import { JobError } from '../errors/job-error.ts'
import { type Candidate, candidatesOf, DEFAULT_SEED } from './candidates.ts'
import { isDrawn, MAX_TRIALS, type SearchOptions } from './options.ts'
import type { PlannedTrial, Size, TrialPlan } from './trial-plan.ts'

const DEFAULT_FACTOR = 3

type Rounds = {
  readonly candidates: readonly Candidate[]
  /** Of each round. */
  readonly resources: readonly number[]
  readonly factor: number
}

/** @throws JobError (bad_message) for resources that do not go together. */
export function planHalving(options: SearchOptions, size: Size): TrialPlan {
  const rounds = roundsOf(options, size)
  let total = 0
  let count = rounds.candidates.length
  for (const _ of rounds.resources) {
    total += count
    count = Math.ceil(count / rounds.factor)
  }
  if (total > MAX_TRIALS) {
    throw bad(`search has ${total} trials in all rounds, and ${MAX_TRIALS} is the limit: give fewer values.`)
  }
  const trialIn = trialOfRound(options, size)
  return {
    total,
    trials(means) {
      const planned: PlannedTrial[] = []
      let candidates = rounds.candidates
      for (const [iteration, n_resources] of rounds.resources.entries()) {
        const first = planned.length
        planned.push(...candidates.map((candidate) => trialIn(candidate, iteration, n_resources)))
        if (means.length < planned.length) break
        candidates = best(candidates, means.slice(first, planned.length), rounds.factor)
      }
      return planned
    },
  }
}

function trialOfRound({ resource, seed }: SearchOptions, { rows }: Size) {
  return (candidate: Candidate, iteration: number, n_resources: number): PlannedTrial => {
    if (isOfRows(resource)) {
      const sample = { share: n_resources / rows, seed: seed ?? DEFAULT_SEED }
      return { parameters: candidate, sample, iteration, n_resources }
    }
    return { parameters: { ...candidate, [resource]: n_resources }, iteration, n_resources }
  }
}

const isOfRows = (resource: string | null | undefined): resource is null | undefined | 'n_samples' =>
  (resource ?? 'n_samples') === 'n_samples'

/** The share of them that goes on, the best last; those without a score are the worst. */
function best(
  candidates: readonly Candidate[],
  means: readonly (number | undefined)[],
  factor: number,
): Candidate[] {
  const order = (k: number) => {
    const mean = means[k] ?? Number.NaN
    return Number.isNaN(mean) ? Number.NEGATIVE_INFINITY : mean
  }
  const worstFirst = Array.from(candidates.keys()).toSorted((a, b) => {
    const [left, right] = [order(a), order(b)]
    return left === right ? 0 : left - right
  })
  return worstFirst.slice(-Math.ceil(candidates.length / factor)).map((k) => candidates[k])
}

function roundsOf(options: SearchOptions, { rows, folds, classCount }: Size): Rounds {
  const factor = options.factor ?? DEFAULT_FACTOR
  const isSampled = isDrawn(options)
  const asked = options.min_resources ?? (isSampled ? 'smallest' : 'exhaust')
  const max = options.max_resources ?? rows
  const smallest = isOfRows(options.resource) ? folds * 2 * classCount : 1
  let min = typeof asked === 'number' ? asked : smallest
  if (isOfRows(options.resource) && max > rows) {
    throw bad(`search.max_resources is ${max}, and there are ${rows} training rows: give at most so many.`)
  }
  if (min > max) {
    throw bad(
      `search.min_resources is ${min}, which is above the ${max} of max_resources: give less, or use fewer folds or another method.`,
    )
  }
  const count = isSampled ? (options.n_trials ?? Math.floor(max / min)) : undefined
  const candidates = candidatesOf(
    count === undefined ? { ...options, method: 'grid' } : { ...options, method: 'random', n_trials: count },
  )
  const rounds = (quotient: number) => 1 + Math.floor(Math.log(quotient) / Math.log(factor))
  const required = rounds(candidates.length)
  if (asked === 'exhaust') min = Math.max(min, Math.floor(max / factor ** (required - 1)))
  const possible = rounds(Math.floor(max / min))
  const isAggressive = options.aggressive_elimination === true
  const length = isAggressive ? required : Math.min(possible, required)
  const resources = Array.from({ length }, (_, k) => {
    const power = isAggressive ? Math.max(0, k - required + possible) : k
    return Math.min(Math.floor(factor ** power * min), max)
  })
  return { candidates, resources, factor }
}

const bad = (sentence: string) => new JobError('bad_message', sentence)
