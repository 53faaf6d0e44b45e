/**
 * The Parzen estimators of the tree-structured Parzen estimator, one for each hyperparameter: a mixture of a kernel for each
 * observed value and one for what is known before, which is that any value may be right.
 *
 * Bergstra, Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter optimization", NIPS 2011; widths and weights as in
 * Optuna's TPESampler with `multivariate=False` (Watanabe, "Tree-structured Parzen estimator", arXiv:2304.11127, 2023).
 */
import type { RandomState } from '../data/random.ts'
import { normalCdf } from './normal.ts'
import type { ParameterValues } from './options.ts'

export type Parzen = {
  /** A value from the mixture. */
  draw(random: RandomState): unknown
  /** The logarithm of its density, or of its probability. */
  logDensity(value: unknown): number
}

/** The newest trials, which count in full. */
const FULL_WEIGHT = 25

/** @param observed values of that hyperparameter, the oldest first. */
export function parzenOf(values: ParameterValues, observed: readonly unknown[]): Parzen {
  const weights = normalized([...agedWeights(observed.length), 1])
  if (Array.isArray(values)) return ofChoices(values, observed, weights)
  const numbers = observed.map(Number)
  if ('uniform' in values) return ofNumbers(numbers, values.uniform, weights, identity)
  if ('log_uniform' in values) return ofNumbers(numbers, values.log_uniform, weights, logarithm)
  const [low, high] = values.integers
  return ofNumbers(numbers, [low - 0.5, high + 0.5], weights, {
    ...identity,
    back: Math.round,
    isWhole: true,
  })
}

/** From 1/n to 1 for the older ones, 1 for the newest. */
function agedWeights(count: number): number[] {
  const ramp = Math.max(0, count - FULL_WEIGHT)
  return Array.from({ length: count }, (_, k) =>
    k < ramp && ramp > 1 ? 1 / count + (k / (ramp - 1)) * (1 - 1 / count) : k < ramp ? 1 / count : 1,
  )
}

function normalized(weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0)
  return weights.map((weight) => weight / sum)
}

/** Each kernel has its value with the weight 1, and all values with an equal share of 1 / kernels each. */
function ofChoices(
  choices: readonly unknown[],
  observed: readonly unknown[],
  weights: readonly number[],
): Parzen {
  const places = new Map(choices.map((choice, k) => [JSON.stringify(choice), k]))
  const kernels = weights.length
  const share = 1 / kernels
  const probabilities = new Float64Array(choices.length)
  for (const [k, weight] of weights.entries()) {
    const place = k < observed.length ? places.get(JSON.stringify(observed[k])) : undefined
    const total = choices.length * share + (place === undefined ? 0 : 1)
    for (let c = 0; c < choices.length; c++) {
      probabilities[c] += (weight * (share + (c === place ? 1 : 0))) / total
    }
  }
  return {
    draw: (random) => choices[indexOf(random.double(), probabilities)],
    logDensity: (value) => Math.log(probabilities[places.get(JSON.stringify(value)) ?? 0]),
  }
}

/** The index that a number from 0 to 1 falls to. */
function indexOf(u: number, probabilities: ArrayLike<number>): number {
  let left = u
  for (let k = 0; k < probabilities.length - 1; k++) {
    left -= probabilities[k]
    if (left < 0) return k
  }
  return probabilities.length - 1
}

/** The scale on which the kernels are normal distributions. */
type Scale = {
  to(value: number): number
  back(value: number): number
  /** Whether values are whole numbers, each with the probability of half a unit to both sides. */
  readonly isWhole?: boolean
}
const identity: Scale = { to: (value) => value, back: (value) => value }
const logarithm: Scale = { to: Math.log, back: Math.exp }

/** Normal distributions, cut off at the bounds. */
function ofNumbers(
  observed: readonly number[],
  bounds: readonly [number, number],
  weights: readonly number[],
  { to, back, isWhole = false }: Scale,
): Parzen {
  const [low, high] = [to(bounds[0]), to(bounds[1])]
  const own = observed.map(to)
  const centers = [...own, (low + high) / 2]
  const widths = [...widthsOf(centers, high - low).slice(0, -1), high - low]
  const between = (k: number, a: number, b: number) =>
    normalCdf((b - centers[k]) / widths[k]) - normalCdf((a - centers[k]) / widths[k])
  const masses = centers.map((_, k) => between(k, low, high))
  const density = (k: number, at: number) =>
    isWhole
      ? between(k, Math.max(low, at - 0.5), Math.min(high, at + 0.5))
      : Math.exp(-0.5 * ((at - centers[k]) / widths[k]) ** 2) / (widths[k] * Math.sqrt(2 * Math.PI))
  return {
    draw(random) {
      const k = indexOf(random.double(), weights)
      let at = Number.NaN
      while (!(at >= low && at <= high)) at = centers[k] + widths[k] * normal(random)
      // At a bound, the way there and back may go over it.
      const value = back(at)
      return isWhole
        ? Math.min(bounds[1] - 0.5, Math.max(bounds[0] + 0.5, value))
        : Math.min(bounds[1], Math.max(bounds[0], value))
    },
    logDensity(value) {
      const at = to(Number(value))
      const sum = weights.reduce((all, weight, k) => all + (weight * density(k, at)) / masses[k], 0)
      return Math.log(Math.max(sum, Number.MIN_VALUE))
    },
  }
}

/** Of each center the greater distance to its neighbours, not too narrow for so many, and not wider than the range. */
function widthsOf(centers: readonly number[], range: number): number[] {
  const order = Array.from(centers.keys()).toSorted((a, b) => centers[a] - centers[b])
  const narrowest = range / Math.min(100, 1 + centers.length)
  const widths = new Array<number>(centers.length).fill(range)
  for (const [place, k] of order.entries()) {
    const gaps = [order[place - 1], order[place + 1]].flatMap((other) =>
      other === undefined ? [] : [Math.abs(centers[k] - centers[other])],
    )
    if (gaps.length > 0) widths[k] = Math.min(range, Math.max(narrowest, ...gaps))
  }
  return widths
}

/** By Box and Muller. */
function normal(random: RandomState): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.double()))
  return radius * Math.cos(2 * Math.PI * random.double())
}
