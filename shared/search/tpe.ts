/**
 * The tree-structured Parzen estimator: trials are drawn where the best ones lie dense and the others do not. Bergstra,
 * Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter optimization", NIPS 2011, section 4; with the settings of
 * Optuna 5's TPESampler (all hyperparameters together, ten trials at random first, 24 draws, a tenth of the trials
 * and 25 at most are the best ones).
 */

import { byCodePoint } from '../data/code-point-order.ts'
import { randomState } from '../data/random.ts'
import { type Candidate, candidatesOf, DEFAULT_SEED } from './candidates.ts'
import { DEFAULT_TPE_TRIALS, type SearchOptions } from './options.ts'
import { parzenOf } from './parzen.ts'
import type { PlannedTrial, TrialPlan } from './trial-plan.ts'

const RANDOM_TRIALS = 10
const DRAWS = 24
const BEST_SHARE = 0.1
const MAX_BEST = 25

/**
 * In rounds of `max_parallel` trials after those at random.
 *
 * @param known trials of rounds that were planned before.
 */
export function planTpe(options: SearchOptions, known: readonly PlannedTrial[]): TrialPlan {
  const total = options.n_trials ?? DEFAULT_TPE_TRIALS
  const planned: PlannedTrial[] = known.length > 0 ? [...known] : randomTrials(options, total)
  return {
    total,
    trials(means) {
      while (planned.length <= means.length && planned.length < total) {
        const told = means.slice(0, planned.length)
        const end = Math.min(total, planned.length + (options.max_parallel ?? 1))
        while (planned.length < end) {
          const earlier = planned.map(({ parameters }) => parameters)
          planned.push({ parameters: nextCandidate(options, earlier, told) })
        }
      }
      return planned
    },
  }
}

/** As the method "random" with this seed. */
function randomTrials(options: SearchOptions, total: number): PlannedTrial[] {
  const n_trials = Math.min(total, RANDOM_TRIALS)
  return candidatesOf({ ...options, method: 'random', n_trials }).map((parameters) => ({ parameters }))
}

/**
 * @param means of the trials before, each of which has one or none. Trials without their own yet, of the same round, count as bad
 * ones, so that the next is tried elsewhere, as with Optuna's `constant_liar`.
 */
function nextCandidate(
  { parameters, seed }: Pick<SearchOptions, 'parameters' | 'seed'>,
  earlier: readonly Candidate[],
  means: readonly (number | undefined)[],
): Candidate {
  const random = randomState(seedOfTrial(seed ?? DEFAULT_SEED, earlier.length))
  const running = earlier.slice(means.length)
  const scored = earlier.slice(0, means.length).flatMap((candidate, k) => {
    const mean = means[k]
    return mean === undefined || Number.isNaN(mean) ? [] : [{ candidate, mean, k }]
  })
  const count = Math.min(Math.ceil(BEST_SHARE * scored.length), MAX_BEST)
  const bestFirst = scored.toSorted((a, b) => b.mean - a.mean || a.k - b.k)
  const inOrder = (part: typeof scored) =>
    part.toSorted((a, b) => a.k - b.k).map(({ candidate }) => candidate)
  const best = inOrder(bestFirst.slice(0, count))
  const others = [...inOrder(bestFirst.slice(count)), ...running]
  const sorted = Object.entries(parameters).toSorted(([a], [b]) => byCodePoint(a, b))
  const [isOf, isNot] = [parzenOf(sorted, best), parzenOf(sorted, others)]
  let chosen = isOf.draw(random)
  let gain = isOf.logDensity(chosen) - isNot.logDensity(chosen)
  for (let i = 1; i < DRAWS; i++) {
    const drawn = isOf.draw(random)
    const ratio = isOf.logDensity(drawn) - isNot.logDensity(drawn)
    if (ratio <= gain) continue
    chosen = drawn
    gain = ratio
  }
  return chosen
}

/** A trial's own random numbers, so that it is the same whichever call asks for it. */
function seedOfTrial(seed: number, trial: number): number {
  const seeds = randomState(seed)
  let own = seeds.uint32()
  for (let k = 0; k < trial; k++) own = seeds.uint32()
  return own
}
