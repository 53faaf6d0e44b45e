import { randomState } from '../../data/random.ts'
import type { Column } from '../../data/table.ts'

/** Values to look at in all columns together, and the rows that each column may have of them. */
const LEAK_VALUES = 500_000
const MIN_SAMPLE = 200
const MAX_SAMPLE = 1000

/** Rows with a target, in random order, as many as can be looked at. */
export function sampleRows(classes: Int32Array, columns: number): Int32Array {
  const rows = Array.from(classes.keys()).filter((row) => classes[row] >= 0)
  const limit = Math.max(MIN_SAMPLE, Math.min(MAX_SAMPLE, Math.floor(LEAK_VALUES / columns)))
  const random = randomState(42)
  // Few enough to be drawn twice without harm.
  if (rows.length > 10 * limit) return random.randints(rows.length, limit).map((i) => rows[i])
  return random
    .permutation(rows.length)
    .slice(0, limit)
    .map((i) => rows[i])
}

/** The share of the mistakes of a constant answer, the most frequent class, that a leak avoids. */
const LEAK_SKILL = 0.98

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
  const valueIn =
    column.kind === 'text'
      ? (row: number) => column.codes[row]
      : (row: number) => (Number.isNaN(column.values[row]) ? -Number.MAX_VALUE : column.values[row])
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
  if (mostFrequent === rows || (right - mostFrequent) / (rows - mostFrequent) < LEAK_SKILL) return undefined
  return right / rows
}

/**
 * The different values, ascending, and for each the class of more than half of its rows, where there is one (Boyer and
 * Moore's majority vote).
 */
function mostFrequentClasses(
  rows: Int32Array,
  valueIn: (row: number) => number,
  classes: Int32Array,
): { values: Float64Array; classes: Int32Array } {
  const all = Float64Array.from(rows, valueIn).sort()
  const values = all.filter((value, i) => i === 0 || value !== all[i - 1])
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
