/**
 * The Parzen estimator of the tree-structured Parzen estimator: a mixture of a kernel for each observed candidate and one for
 * what is known before, which is that any candidate may be right. A kernel is a product over the hyperparameters, so that what
 * goes well together is drawn together.
 *
 * Bergstra, Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter optimization", NIPS 2011; Falkner, Klein and Hutter,
 * "BOHB", ICML 2018, for the joint density; widths and weights as in Optuna 5's TPESampler (Watanabe, "Tree-structured Parzen
 * estimator", arXiv:2304.11127, 2023).
 */
import type { RandomState } from '../data/random.ts'
import type { Candidate } from './candidates.ts'
import { normalCdf } from './normal.ts'
import type { ParameterValues } from './options.ts'

export type Parzen = {
  /** A candidate from the mixture. */
  draw(random: RandomState): Candidate
  /** The logarithm of its density, or of its probability. */
  logDensity(candidate: Candidate): number
}

/** The part of each kernel that is of one hyperparameter. */
type Kernels = {
  draw(kernel: number, random: RandomState): unknown
  /** Of each kernel the logarithm of a value's density, or of its probability. */
  logDensities(value: unknown): Float64Array
}

/** The newest trials, which count in full. */
const FULL_WEIGHT = 25

/** @param observed candidates, the oldest first. */
export function parzenOf(
  parameters: readonly (readonly [string, ParameterValues])[],
  observed: readonly Candidate[],
): Parzen {
  const weights = normalized([...agedWeights(observed.length), 1])
  const parts = parameters.map(([name, values]): [string, Kernels] => [
    name,
    kernelsOf(
      values,
      observed.map((candidate) => candidate[name]),
    ),
  ])
  return {
    draw(random) {
      const kernel = indexOf(random.double(), weights)
      return Object.fromEntries(parts.map(([name, { draw }]) => [name, draw(kernel, random)]))
    },
    logDensity(candidate) {
      const sums = Float64Array.from(weights, Math.log)
      for (const [name, { logDensities }] of parts) {
        const of = logDensities(candidate[name])
        for (let k = 0; k < sums.length; k++) sums[k] += of[k]
      }
      const largest = Math.max(...sums)
      return largest + Math.log(sums.reduce((all, sum) => all + Math.exp(sum - largest), 0))
    },
  }
}

function kernelsOf(values: ParameterValues, observed: readonly unknown[]): Kernels {
  if (Array.isArray(values)) return ofChoices(values, observed)
  const numbers = observed.map(Number)
  if ('uniform' in values) return ofNumbers(numbers, values.uniform, identity)
  if ('log_uniform' in values) return ofNumbers(numbers, values.log_uniform, logarithm)
  const [low, high] = values.integers
  return ofNumbers(numbers, [low - 0.5, high + 0.5], { ...identity, back: Math.round, isWhole: true })
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
function ofChoices(choices: readonly unknown[], observed: readonly unknown[]): Kernels {
  const places = new Map(choices.map((choice, k) => [JSON.stringify(choice), k]))
  const share = 1 / (observed.length + 1)
  const kernels = [...observed, undefined].map((value) => {
    const place = value === undefined ? undefined : places.get(JSON.stringify(value))
    const total = choices.length * share + (place === undefined ? 0 : 1)
    return choices.map((_, c) => (share + (c === place ? 1 : 0)) / total)
  })
  return {
    draw: (kernel, random) => choices[indexOf(random.double(), kernels[kernel])],
    logDensities(value) {
      const place = places.get(JSON.stringify(value)) ?? 0
      return Float64Array.from(kernels, (probabilities) => Math.log(probabilities[place]))
    },
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

/** Normal distributions, cut off at the bounds; the last one, of what is known before, is as wide as the range. */
function ofNumbers(
  observed: readonly number[],
  bounds: readonly [number, number],
  { to, back, isWhole = false }: Scale,
): Kernels {
  const [low, high] = [to(bounds[0]), to(bounds[1])]
  const own = observed.map(to)
  const centers = [...own, (low + high) / 2]
  const widths = [...widthsOf(own, low, high), high - low]
  const between = (k: number, a: number, b: number) =>
    normalCdf((b - centers[k]) / widths[k]) - normalCdf((a - centers[k]) / widths[k])
  const logMasses = centers.map((_, k) => Math.log(between(k, low, high)))
  const logDensity = (k: number, at: number) =>
    isWhole
      ? Math.log(Math.max(between(k, Math.max(low, at - 0.5), Math.min(high, at + 0.5)), Number.MIN_VALUE))
      : -0.5 * ((at - centers[k]) / widths[k]) ** 2 - Math.log(widths[k] * Math.sqrt(2 * Math.PI))
  return {
    draw(k, random) {
      let at = Number.NaN
      while (!(at >= low && at <= high)) at = centers[k] + widths[k] * normal(random)
      // At a bound, the way there and back may go over it.
      const value = back(at)
      return isWhole
        ? Math.min(bounds[1] - 0.5, Math.max(bounds[0] + 0.5, value))
        : Math.min(bounds[1], Math.max(bounds[0], value))
    },
    logDensities(value) {
      const at = to(Number(value))
      return Float64Array.from(centers, (_, k) => logDensity(k, at) - logMasses[k])
    },
  }
}

/**
 * Of each center the greater distance to its neighbours, not too narrow for so many, and not wider than the range. An only
 * one has the bounds as neighbours.
 */
function widthsOf(centers: readonly number[], low: number, high: number): number[] {
  const order = Array.from(centers.keys()).toSorted((a, b) => centers[a] - centers[b])
  const range = high - low
  const narrowest = range / Math.min(100, 2 + centers.length)
  const isOnly = centers.length === 1
  const widths = new Array<number>(centers.length).fill(range)
  for (const [place, k] of order.entries()) {
    const neighbours = isOnly
      ? [low, high]
      : [order[place - 1], order[place + 1]].flatMap((other) => (other === undefined ? [] : [centers[other]]))
    const gaps = neighbours.map((neighbour) => Math.abs(centers[k] - neighbour))
    widths[k] = Math.min(range, Math.max(narrowest, ...gaps))
  }
  return widths
}

/** By Box and Muller. */
function normal(random: RandomState): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.double()))
  return radius * Math.cos(2 * Math.PI * random.double())
}
