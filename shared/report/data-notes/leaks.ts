import { randomState } from '../../data/random.ts'
import type { Column, NumberColumn } from '../../data/table.ts'

/** Budget of values over all columns together, and the rows of it that one column may take. */
const LEAK_VALUES = 500_000
const MIN_SAMPLE = 200
const MAX_SAMPLE = 1000

/** Rows with a target, in random order, as many as can be looked at. */
export function sampleRows(classes: Int32Array, columns: number): Int32Array {
  const rows = Array.from(classes.keys()).filter((row) => classes[row] >= 0)
  const limit = Math.max(MIN_SAMPLE, Math.min(MAX_SAMPLE, Math.floor(LEAK_VALUES / columns)))
  const random = randomState(42)
  // So few of the rows are drawn that drawing one twice does no harm.
  if (rows.length > 10 * limit) return random.randints(rows.length, limit).map((i) => rows[i])
  return random
    .permutation(rows.length)
    .slice(0, limit)
    .map((i) => rows[i])
}

/** The share of the mistakes of a constant answer, the most frequent class, that a leak avoids. */
const LEAK_SKILL = 0.98
/** Fewer rows of other classes than the most frequent one may well be right by chance. */
const MIN_OTHERS = 5

/**
 * How often the target follows from one column: each row of one half of the sample is given the class of the nearest
 * value in the other half. A missing value is a value like others, as it may be what leaks.
 *
 * @returns the share of right answers where it is suspiciously high, else undefined.
 */
export function accuracyOfOneColumn(
  column: Column,
  classes: Int32Array,
  sample: Int32Array,
): number | undefined {
  const half = sample.length >> 1
  if (half < 10) return undefined
  const valueIn = valuesOf(column)
  const learnt = mostFrequentClasses(sample.subarray(0, half), valueIn, classes)
  const counts = new Map<number, number>()
  let right = 0
  for (let i = half; i < sample.length; i++) {
    const actual = classes[sample[i]]
    counts.set(actual, (counts.get(actual) ?? 0) + 1)
    if (learnt.classes[indexOfNearest(learnt.values, valueIn(sample[i]))] === actual) right++
  }
  const rows = sample.length - half
  const mostFrequent = Math.max(...counts.values())
  const others = rows - mostFrequent
  if (others < MIN_OTHERS || (right - mostFrequent) / others < LEAK_SKILL) return undefined
  return right / rows
}

/** A text's code, a number, or for a missing value one that is less than all others. */
function valuesOf(column: Column): (row: number) => number {
  if (column.kind === 'text') return (row) => column.codes[row]
  return (row) => (Number.isNaN(column.values[row]) ? -Number.MAX_VALUE : column.values[row])
}

/** The share of the target's variance that a leak explains. */
const LEAK_R2 = 0.995

/**
 * How well a target of numbers follows from one column: each row of one half of the sample is given the mean of the
 * nearest value in the other half.
 *
 * @returns R² where it is suspiciously high, else undefined.
 */
export function r2OfOneColumn(column: Column, target: NumberColumn, sample: Int32Array): number | undefined {
  const half = sample.length >> 1
  if (half < 10) return undefined
  const valueIn = valuesOf(column)
  const learnt = means(sample.subarray(0, half), valueIn, target.values)
  const asked = sample.subarray(half)
  const mean = asked.reduce((sum, row) => sum + target.values[row], 0) / asked.length
  let residual = 0
  let total = 0
  for (const row of asked) {
    const actual = target.values[row]
    residual += (actual - learnt.means[indexOfNearest(learnt.values, valueIn(row))]) ** 2
    total += (actual - mean) ** 2
  }
  const r2 = 1 - residual / total
  return r2 >= LEAK_R2 ? r2 : undefined
}

/** The different values, ascending, and for each the mean of its rows' targets. */
function means(
  rows: Int32Array,
  valueIn: (row: number) => number,
  targets: Float64Array,
): { values: Float64Array; means: Float64Array } {
  const values = different(rows, valueIn)
  const sums = new Float64Array(values.length)
  const counts = new Int32Array(values.length)
  for (const row of rows) {
    const k = indexOfNearest(values, valueIn(row))
    sums[k] += targets[row]
    counts[k]++
  }
  return { values, means: sums.map((sum, k) => sum / counts[k]) }
}

function different(rows: Int32Array, valueIn: (row: number) => number): Float64Array {
  const all = Float64Array.from(rows, valueIn).sort()
  return all.filter((value, i) => i === 0 || value !== all[i - 1])
}

/**
 * The different values, ascending, and for each the class of more than half of its rows, where there is one (Boyer
 * and Moore's majority vote).
 */
function mostFrequentClasses(
  rows: Int32Array,
  valueIn: (row: number) => number,
  classes: Int32Array,
): { values: Float64Array; classes: Int32Array } {
  const values = different(rows, valueIn)
  const winners = new Int32Array(values.length)
  const lead = new Int32Array(values.length)
  for (const row of rows) {
    const k = indexOfNearest(values, valueIn(row))
    if (lead[k] === 0) winners[k] = classes[row]
    lead[k] += winners[k] === classes[row] ? 1 : -1
  }
  return { values, classes: winners }
}

/** The index of the value nearest to `wanted` among ascending values. */
function indexOfNearest(values: Float64Array, wanted: number): number {
  let low = 0
  let high = values.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle] < wanted) low = middle + 1
    else high = middle
  }
  return low > 0 && wanted - values[low - 1] <= values[low] - wanted ? low - 1 : low
}
