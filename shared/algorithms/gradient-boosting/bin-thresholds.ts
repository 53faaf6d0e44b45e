import { pairwiseSum } from '../../data/pairwise-sum.ts'
import { randomState } from '../../data/random.ts'
import { sortNumbers } from './sort-numbers.ts'

/** Thresholds are computed from at most this many rows, drawn at random: scikit-learn's constant. */
const MAX_ROWS = 200_000

/**
 * The rows from whose values the thresholds are computed; undefined: all. Weights are the probabilities of being
 * drawn.
 */
export function thresholdRows(rows: number, seed: number, weights?: Float64Array): Int32Array | undefined {
  if (rows <= MAX_ROWS) return undefined
  const random = randomState(seed)
  if (weights === undefined) return random.randints(rows, MAX_ROWS)
  const sum = pairwiseSum(weights)
  const cumulated = weights.map((weight) => weight / sum)
  for (let i = 1; i < rows; i++) cumulated[i] += cumulated[i - 1]
  const last = cumulated[rows - 1]
  for (let i = 0; i < rows; i++) cumulated[i] /= last
  return Int32Array.from({ length: MAX_ROWS }, () => firstFrom(cumulated, random.double(), true))
}

/**
 * The thresholds between the bins of a column, in increasing order: at most `maxBins` - 1. A column of few values has
 * them halfway between its values, another one has quantiles (scikit-learn's `_find_binning_thresholds`).
 *
 * @param column NaN is a missing value, which has a bin of its own
 */
export function binThresholds(
  column: Float64Array,
  maxBins: number,
  rows?: Int32Array,
  weights?: Float64Array,
): Float64Array {
  // Rows that were drawn by weight count equally from here on.
  const { values, cumulated } =
    weights === undefined || rows !== undefined
      ? { values: sortedValues(column, rows), cumulated: undefined }
      : sortedByValue(column, weights)
  const distinct = distinctOf(values, maxBins)
  const thresholds =
    distinct !== undefined
      ? Float64Array.from(
          { length: Math.max(0, distinct.length - 1) },
          (_, i) => (distinct[i] + distinct[i + 1]) / 2,
        )
      : Float64Array.from({ length: maxBins - 1 }, (_, i) => {
          const share = ((i + 1) * (100 / maxBins)) / 100
          return cumulated === undefined
            ? quantile(values, share)
            : weightedQuantile(values, cumulated, share)
        })
  return (distinctOf(thresholds, Number.POSITIVE_INFINITY) ?? thresholds).map((value) =>
    Math.min(value, 1e300),
  )
}

function sortedValues(column: Float64Array, rows?: Int32Array): Float64Array {
  const count = rows?.length ?? column.length
  const values = new Float64Array(count)
  let known = 0
  for (let i = 0; i < count; i++) {
    const value = column[rows === undefined ? i : rows[i]]
    values[known] = value
    if (!Number.isNaN(value)) known++
  }
  return sortNumbers(values.subarray(0, known))
}

/** The values whose weight is not 0, in increasing order, and the cumulative sums of their weights. */
function sortedByValue(column: Float64Array, weights: Float64Array) {
  const rows = Int32Array.from(weights.keys()).filter((i) => weights[i] !== 0 && !Number.isNaN(column[i]))
  rows.sort((a, b) => column[a] - column[b])
  const cumulated = new Float64Array(rows.length)
  let sum = 0
  for (let i = 0; i < rows.length; i++) {
    sum += weights[rows[i]]
    cumulated[i] = sum
  }
  return { values: Float64Array.from(rows, (i) => column[i]), cumulated }
}

/** The distinct values of a sorted array; undefined if there are more than `most`. */
function distinctOf(sorted: Float64Array, most: number): Float64Array | undefined {
  const distinct: number[] = []
  for (let i = 0; i < sorted.length; i++) {
    if (i > 0 && sorted[i] === sorted[i - 1]) continue
    if (distinct.length >= most) return undefined
    distinct.push(sorted[i])
  }
  return Float64Array.from(distinct)
}

/** numpy's percentile by the method `averaged_inverted_cdf`. */
function quantile(sorted: Float64Array, share: number): number {
  const at = sorted.length * share - 1
  if (at < 0) return sorted[0]
  if (at >= sorted.length - 1) return sorted[sorted.length - 1]
  const before = Math.floor(at)
  const next = sorted[before + 1]
  return at === before ? next - (next - sorted[before]) * 0.5 : next
}

/** scikit-learn's `_weighted_percentile` with `average=True`. */
function weightedQuantile(sorted: Float64Array, cumulated: Float64Array, share: number): number {
  const last = sorted.length - 1
  const wanted = share * cumulated[last]
  const at = Math.min(firstFrom(cumulated, wanted, false), last)
  const isAbove = cumulated[at] - wanted > Number.EPSILON
  return isAbove ? sorted[at] : (sorted[at] + sorted[Math.min(at + 1, last)]) / 2
}

/** The first position of a sorted array whose value is at least `wanted`, or above it. */
function firstFrom(sorted: Float64Array, wanted: number, above: boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle] < wanted || (above && sorted[middle] === wanted)) low = middle + 1
    else high = middle
  }
  return low
}
