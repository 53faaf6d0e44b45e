/** The combinations of hyperparameters that a search tries, in the order in which scikit-learn tries them. */
import { byCodePoint } from '../data/code-point-order.ts'
import { type RandomState, randomState } from '../data/random.ts'
import {
  DEFAULT_TRIALS,
  type Distribution,
  isDrawn,
  type ParameterValues,
  type SearchOptions,
} from './options.ts'

export type Candidate = Readonly<Record<string, unknown>>

export const DEFAULT_SEED = 42

/**
 * As `ParameterGrid`, or as `ParameterSampler(n_iter=n_trials, random_state=seed)`. Those of `halving` are its first ones: all that are known before
 * the data are.
 */
export function candidatesOf({ method, parameters, n_trials, seed }: SearchOptions): Candidate[] {
  const sorted = Object.entries(parameters).toSorted(([a], [b]) => byCodePoint(a, b))
  const lists = sorted.flatMap(([name, values]): [string, readonly unknown[]][] =>
    Array.isArray(values) ? [[name, values]] : [],
  )
  const size = lists.reduce((count, [, values]) => count * values.length, 1)
  if (!isDrawn({ method, parameters, n_trials }))
    return Array.from({ length: size }, (_, index) => combination(lists, index))
  const random = randomState(seed ?? DEFAULT_SEED)
  const count = n_trials ?? DEFAULT_TRIALS
  if (lists.length === sorted.length) {
    const drawn = drawWithoutReplacement(size, Math.min(count, size), random)
    return Array.from(drawn, (index) => combination(lists, index))
  }
  return Array.from({ length: count }, () =>
    Object.fromEntries(sorted.map(([name, values]) => [name, draw(values, random)])),
  )
}

/** The combination of that index: the last name's values change most often. */
function combination(lists: readonly [string, readonly unknown[]][], index: number): Candidate {
  let rest = index
  const chosen = lists.toReversed().map(([name, values]): [string, unknown] => {
    const value = values[rest % values.length]
    rest = Math.floor(rest / values.length)
    return [name, value]
  })
  return Object.fromEntries(chosen.toReversed())
}

/** As `rvs` of scipy.stats: `uniform`, `loguniform` and `randint`; of a list, one of its values. */
function draw(values: ParameterValues, random: RandomState): unknown {
  if (Array.isArray(values)) return values[random.randint(values.length)]
  return drawFrom(values, random)
}

function drawFrom(distribution: Distribution, random: RandomState): number {
  if ('uniform' in distribution) {
    const [low, high] = distribution.uniform
    return random.double() * (high - low) + low
  }
  if ('log_uniform' in distribution) {
    const [low, high] = distribution.log_uniform
    return Math.exp(Math.log(low) + random.double() * (Math.log(high) - Math.log(low)))
  }
  const [low, high] = distribution.integers
  return low + random.interval(high - low)
}

/** scikit-learn's `sample_without_replacement` (sklearn/utils/_random.pyx), whose method depends on the share that is drawn. */
function drawWithoutReplacement(population: number, count: number, random: RandomState): Int32Array {
  const share = count / population
  if (share > 0.01 && share < 0.99) return random.permutation(population).subarray(0, count)
  const drawn = Int32Array.from({ length: count }, (_, i) => i)
  if (share < 0.2) {
    const taken = new Set<number>()
    for (let i = 0; i < count; i++) {
      let index = random.randint(population)
      while (taken.has(index)) index = random.randint(population)
      taken.add(index)
      drawn[i] = index
    }
    return drawn
  }
  for (let i = count; i < population; i++) {
    const at = random.randint(i + 1)
    if (at < count) drawn[at] = i
  }
  return drawn
}
