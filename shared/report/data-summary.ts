import { randomState } from '../data/random.ts'
import type { Column, NumberColumn, Table, TextColumn } from '../data/table.ts'
import { percent, quote, shorten } from '../errors/sentences.ts'
import { type ColumnSummary, type DataSummary, NAME_LENGTH } from './report-data.ts'

const MAX_COLUMNS = 30
const MAX_FINDINGS_OF_A_KIND = 5

/**
 * Describes a dataset before it is prepared, and says what looks wrong with it: a column that alone tells the target, a
 * column that identifies rows, a column of one value, classes of very different sizes.
 *
 * @param target the target column's name; the last column by default.
 */
export function summarizeData(table: Table, target: string | null | undefined): DataSummary {
  const last = table.columns.at(-1)
  const targetColumn = table.columns.find(({ name }) => name === (target ?? last?.name)) ?? last
  const features = table.columns.filter((column) => column !== targetColumn)
  const summaries = features.map((column) => summarizeColumn(column))
  const targetSummary = targetColumn === undefined ? [] : [summarizeColumn(targetColumn)]
  const all = [...targetSummary, ...summaries]
  return {
    rows: table.rows,
    columnCount: table.columns.length,
    columnsWithMissing: all.filter(({ missing }) => missing > 0).length,
    columns: all.slice(0, MAX_COLUMNS),
    findings: targetColumn === undefined ? [] : findings(table.rows, features, summaries, targetColumn),
  }
}

function findings(
  rows: number,
  features: readonly Column[],
  summaries: readonly ColumnSummary[],
  target: Column,
): string[] {
  const leaks: string[] = []
  const identifiers: string[] = []
  const constants: string[] = []
  const classes = classIndices(target)
  const sample = sampleRows(classes, features.length)
  features.forEach((column, j) => {
    const name = quote(column.name)
    if (identifies(column, rows)) {
      identifiers.push(
        `${name} has a different value in every row, as an identifier has: it says nothing about new rows, so leave it out.`,
      )
    } else if (isConstant(summaries[j])) {
      constants.push(`${name} has the same value in every row: it says nothing, so leave it out.`)
    } else {
      const right = accuracyOfOneColumn(column, classes, sample)
      if (right !== undefined) {
        leaks.push(
          `${name} alone tells the target in ${percent(right)} of the rows (leak suspected): if it is not known before the target is, leave it out.`,
        )
      }
    }
  })
  return [
    ...firstFindings(leaks, 'columns tell the target'),
    ...firstFindings(identifiers, 'columns look like identifiers'),
    ...imbalance(classes, target),
    ...firstFindings(constants, 'columns have one value'),
  ]
}

function firstFindings(sentences: string[], what: string): string[] {
  if (sentences.length <= MAX_FINDINGS_OF_A_KIND) return sentences
  return [
    ...sentences.slice(0, MAX_FINDINGS_OF_A_KIND),
    `${sentences.length - MAX_FINDINGS_OF_A_KIND} more ${what}.`,
  ]
}

function summarizeColumn(column: Column): ColumnSummary {
  return column.kind === 'number' ? summarizeNumbers(column) : summarizeTexts(column)
}

function summarizeNumbers({ name, values }: NumberColumn): ColumnSummary {
  let present = 0
  let sum = 0
  let minimum = Number.POSITIVE_INFINITY
  let maximum = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (Number.isNaN(value)) continue
    present++
    sum += value
    if (value < minimum) minimum = value
    if (value > maximum) maximum = value
  }
  const finite = (value: number) => (present > 0 && Number.isFinite(value) ? value : null)
  return {
    name: shorten(name, NAME_LENGTH),
    kind: 'number',
    missing: values.length - present,
    distinct: null,
    least: finite(minimum),
    mean: finite(sum / present),
    greatest: finite(maximum),
    frequent: [],
  }
}

function summarizeTexts({ name, categories, codes }: TextColumn): ColumnSummary {
  const counts = new Int32Array(categories.length)
  let missing = 0
  for (const code of codes) {
    if (code < 0) missing++
    else counts[code]++
  }
  const frequent: number[] = []
  for (let found = 0; found < Math.min(3, categories.length); found++) {
    let best = -1
    for (let k = 0; k < counts.length; k++) {
      if (!frequent.includes(k) && (best < 0 || counts[k] > counts[best])) best = k
    }
    if (counts[best] > 0) frequent.push(best)
  }
  return {
    name: shorten(name, NAME_LENGTH),
    kind: 'text',
    missing,
    distinct: counts.reduce((used, count) => used + (count > 0 ? 1 : 0), 0),
    least: null,
    mean: null,
    greatest: null,
    frequent: frequent.map((k) => ({ text: shorten(categories[k], 40), rows: counts[k] })),
  }
}

function isConstant({ kind, missing, least, greatest, distinct }: ColumnSummary): boolean {
  return missing === 0 && (kind === 'number' ? least !== null && least === greatest : distinct === 1)
}

/** Fewer rows than these may well differ by chance. */
const MIN_ROWS_OF_IDENTIFIERS = 20

/**
 * Texts that all differ, or whole numbers that all differ and either lie close together, as those that were counted up
 * do, or are called an id. Other numbers that all differ are measurements.
 */
function identifies(column: Column, rows: number): boolean {
  if (rows < MIN_ROWS_OF_IDENTIFIERS) return false
  if (column.kind === 'text') return column.categories.length === rows && !column.codes.includes(-1)
  const { values, dtype, name } = column
  if (dtype !== 'int') return false
  const seen = new Set<number>()
  let minimum = Number.POSITIVE_INFINITY
  let maximum = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (Number.isNaN(value) || seen.has(value)) return false
    seen.add(value)
    minimum = Math.min(minimum, value)
    maximum = Math.max(maximum, value)
  }
  return maximum - minimum < 2 * rows || /(^|[^a-z])(id|uuid|key|index)$/i.test(name)
}

/** Each row's class, in no particular order; -1 where there is none. */
function classIndices(target: Column): Int32Array {
  if (target.kind === 'text') return target.codes
  const indices = new Map<number, number>()
  return Int32Array.from(target.values, (value) => {
    if (Number.isNaN(value)) return -1
    const index = indices.get(value) ?? indices.size
    indices.set(value, index)
    return index
  })
}

/** Ratio of the largest class to the smallest from which the sender is told. */
const MIN_IMBALANCE = 10

function imbalance(classes: Int32Array, target: Column): string[] {
  const counts = new Map<number, number>()
  for (const k of classes) if (k >= 0) counts.set(k, (counts.get(k) ?? 0) + 1)
  if (counts.size < 2) return []
  const sizes = Array.from(counts.values()).sort((a, b) => a - b)
  const smallest = sizes[0]
  const largest = sizes[sizes.length - 1]
  if (largest < MIN_IMBALANCE * smallest) return []
  const name = quote(target.name)
  return [
    `The classes of ${name} are uneven: the largest has ${largest} rows, the smallest ${smallest}. Accuracy says little about the small ones; look at their recall, and try class_weight "balanced".`,
  ]
}

/** Values to look at in all columns together, and the rows that each column may have of them. */
const LEAK_VALUES = 500_000
const MIN_SAMPLE = 200
const MAX_SAMPLE = 1000

/** Rows with a target, in random order, as many as can be looked at. */
function sampleRows(classes: Int32Array, columns: number): Int32Array {
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
function accuracyOfOneColumn(column: Column, classes: Int32Array, sample: Int32Array): number | undefined {
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
