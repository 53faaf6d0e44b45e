/** The losses as functions of raw predictions: scikit-learn's sklearn/_loss. Their gradients are the kernel's. */
import { pairwiseSum } from '../../data/pairwise-sum.ts'
import type { Loss } from './model.ts'

/** Whether predictions are exponentials of the raw ones. */
export const hasLogLink = (loss: Loss): boolean => loss === 'gamma' || loss === 'poisson'

/** The mean, weighted if there are weights: numpy's `average`. */
export function average(values: Float64Array, weights?: Float64Array): number {
  if (weights === undefined) return pairwiseSum(values) / values.length
  return pairwiseSum(values.map((value, i) => value * weights[i])) / pairwiseSum(weights)
}

/** The raw predictions of a model without trees, one per output: scikit-learn's `fit_intercept_only`. */
export function baselineOf(
  loss: Loss,
  target: Float64Array,
  classCount: number,
  level: number,
  weights?: Float64Array,
): Float64Array {
  switch (loss) {
    case 'log_loss':
      if (classCount > 2) return multinomialBaseline(target, classCount, weights)
      return Float64Array.of(logit(clip(average(target, weights), 10 * Number.EPSILON)))
    case 'squared_error':
      return Float64Array.of(average(target, weights))
    case 'poisson':
    case 'gamma':
      return Float64Array.of(Math.log(Math.max(average(target, weights), 10 * Number.EPSILON)))
    case 'absolute_error':
    case 'quantile':
      return Float64Array.of(quantileOf(target.slice(), loss === 'quantile' ? level : 0.5, weights))
  }
}

function multinomialBaseline(target: Float64Array, classCount: number, weights?: Float64Array): Float64Array {
  const shares = Float64Array.from({ length: classCount }, (_, k) =>
    clip(
      average(
        target.map((y) => (y === k ? 1 : 0)),
        weights,
      ),
      Number.EPSILON,
    ),
  )
  const geometricMean = Math.exp(average(shares.map(Math.log)))
  return shares.map((share) => Math.log(share / geometricMean))
}

function clip(share: number, margin: number): number {
  return Math.min(Math.max(share, margin), 1 - margin)
}

/** The logit as scipy computes it, which is accurate near 0.5. */
function logit(share: number): number {
  if (share < 0.3 || share > 0.65) return Math.log(share / (1 - share))
  const twice = 2 * (share - 0.5)
  return Math.log1p(twice) - Math.log1p(-twice)
}

/**
 * numpy's linear percentile, of which the median is one; with weights scikit-learn's `_weighted_percentile`. Sorts
 * `values` where there are no weights.
 */
export function quantileOf(values: Float64Array, level: number, weights?: Float64Array): number {
  if (weights !== undefined) return weightedQuantileOf(values, level, weights)
  values.sort()
  const at = (values.length - 1) * level
  const before = Math.floor(at)
  const a = values[before]
  const b = values[Math.min(before + 1, values.length - 1)]
  const share = at - before
  return share >= 0.5 ? b - (b - a) * (1 - share) : a + (b - a) * share
}

/** The smallest value up to which the weights reach the level: the inverse of the weighted distribution function. */
function weightedQuantileOf(values: Float64Array, level: number, weights: Float64Array): number {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a] - values[b])
  let total = 0
  for (const i of order) total += weights[i]
  // At level 0, rows of weight 0 are skipped.
  const wanted = Math.max(((100 * level) / 100) * total, Number.MIN_VALUE)
  let sum = 0
  for (const i of order) {
    sum += weights[i]
    if (sum >= wanted) return values[i]
  }
  return values[order[order.length - 1]]
}

/**
 * The (weighted) mean of the loss, which early stopping compares.
 *
 * @param raw per output, the raw predictions of the rows
 */
export function meanLoss(
  loss: Loss,
  target: Float64Array,
  raw: readonly Float64Array[],
  level: number,
  weights?: Float64Array,
): number {
  const losses = new Float64Array(target.length)
  const [first] = raw
  if (raw.length > 1) for (let i = 0; i < losses.length; i++) losses[i] = multinomialLoss(target[i], raw, i)
  else for (let i = 0; i < losses.length; i++) losses[i] = lossOf(loss, target[i], first[i], level)
  return average(losses, weights)
}

function lossOf(loss: Loss, y: number, raw: number, level: number): number {
  switch (loss) {
    case 'log_loss':
      return logOnePlusExp(raw) - y * raw
    case 'squared_error':
      return 0.5 * (raw - y) * (raw - y)
    case 'absolute_error':
      return Math.abs(raw - y)
    case 'quantile':
      return y >= raw ? level * (y - raw) : (1 - level) * (raw - y)
    case 'poisson':
      return Math.exp(raw) - y * raw
    case 'gamma':
      return raw + y * Math.exp(-raw)
  }
}

function multinomialLoss(y: number, raw: readonly Float64Array[], row: number): number {
  let largest = raw[0][row]
  for (const output of raw) largest = Math.max(largest, output[row])
  let sum = 0
  for (const output of raw) sum += Math.exp(output[row] - largest)
  return Math.log(sum) + largest - raw[y][row]
}

/** log(1 + e^x) (Mächler, "Accurately computing log(1 - exp(-|a|))", 2012). */
function logOnePlusExp(x: number): number {
  if (x <= -37) return Math.exp(x)
  if (x <= -2) return Math.log1p(Math.exp(x))
  if (x <= 18) return Math.log(1 + Math.exp(x))
  return x <= 33.3 ? x + Math.exp(-x) : x
}
