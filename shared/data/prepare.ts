import { didYouMean } from '../errors/closest-match.ts'
import { JobError } from '../errors/job-error.ts'
import { column, type Matrix, zeros } from './matrix.ts'
import type { Feature, Preparation, Target } from './preparation.ts'
import { trainTestSplit } from './split.ts'
import { fitScaler } from './standard-scaler.ts'
import type { Column, NumberColumn, Table, TextColumn } from './table.ts'

export type Prepared = {
  /** Its target has the classes of the training rows: a model knows no others. */
  readonly preparation: Preparation
  readonly train: { readonly features: Matrix; readonly target: Int32Array }
  /** The target counts from 0 in the same classes; -1 is a class that no training row has. */
  readonly test: { readonly features: Matrix; readonly target: Int32Array; readonly rows: Int32Array }
  /** Sentences for the sender. */
  readonly warnings: readonly string[]
}

/**
 * The original worker's preparation: text columns and target label-encoded in sorted order, rows split by
 * `train_test_split(test_size=0.2, random_state=42)`, features scaled by a StandardScaler fitted on the training rows.
 *
 * Missing values: a category of their own in text, the training mean in numbers (kept as NaN when `keepMissing`, for
 * algorithms that handle them); rows without a target are left out.
 *
 * @param target the target column's name; the last column by default.
 * @param takeOver the columns are removed from `table.columns` and each is let go of once it is copied, so that the
 *   table and the matrices do not fill the memory together. The caller must not read the table afterwards.
 * @throws JobError when the table cannot train a classifier.
 */
export function prepare(
  table: Table,
  options: { target?: string | null; keepMissing: boolean; takeOver?: boolean },
): Prepared {
  const warnings: string[] = []
  if (table.rows === 0)
    throw new JobError('dataset_empty', 'The dataset has a header but no rows: it needs rows to train on.')
  if (table.columns.length < 2) {
    const only = table.columns[0]?.name ?? ''
    const separator = [';', '\t', '|'].find((mark) => only.includes(mark))
    throw new JobError(
      'bad_features',
      `The dataset has only one column, ${JSON.stringify(only.slice(0, 60))}: it needs at least one feature beside the target${separator === undefined ? '' : `, and a comma (not ${JSON.stringify(separator)}) between the fields`}.`,
    )
  }
  const targetColumn = findTarget(table, options.target)
  const { target, classes, rows } = encodeTarget(targetColumn, table.rows)
  if (rows.length < table.rows) {
    warnings.push(
      `${plural(table.rows - rows.length, 'row')} without a value in the target column ${JSON.stringify(targetColumn.name)} ${table.rows - rows.length === 1 ? 'was' : 'were'} left out.`,
    )
  }
  checkClasses(target, rows.length)
  if (rows.length < 3) {
    throw new JobError(
      'bad_target',
      `The dataset has ${plural(rows.length, 'row')} with a target: at least 3 are needed to train and test.`,
    )
  }
  const split = trainTestSplit(rows.length)
  const trainRows = split.train.map((i) => rows[i])
  const testRows = split.test.map((i) => rows[i])
  const known = knownClasses(target, trainRows, classes)
  if (known.target.classes.length < 2) {
    throw new JobError(
      'bad_target',
      `All ${trainRows.length} training rows (four fifths of the dataset) have the same value in the target column ${JSON.stringify(target.name)}: send more rows of the other classes.`,
    )
  }

  if (known.missing.length > 0) {
    warnings.push(
      `No training row has ${known.missing.length === 1 ? 'the class' : 'the classes'} ${known.missing.slice(0, 5).join(', ')}${known.missing.length > 5 ? ', …' : ''} (all its rows are among the test rows): the model does not know ${known.missing.length === 1 ? 'it' : 'them'}.`,
    )
  }
  const sources = table.columns.filter((source) => source !== targetColumn)
  const train = zeros(trainRows.length, sources.length)
  const test = zeros(testRows.length, sources.length)
  if (options.takeOver) table.columns.length = 0
  const features: Feature[] = []
  sources.reverse()
  for (let source = sources.pop(); source !== undefined; source = sources.pop()) {
    const j = features.length
    const feature = prepareColumn(source, rows, trainRows, column(train, j), options.keepMissing, warnings)
    encode(feature, source, testRows, column(test, j))
    features.push(feature)
  }
  shorten(warnings)
  return {
    preparation: { features, target: known.target },
    train: { features: train, target: trainRows.map((row) => known.place[classes[row]]) },
    test: { features: test, target: testRows.map((row) => known.place[classes[row]]), rows: testRows },
    warnings,
  }
}

/**
 * The features of raw rows, for prediction. Columns are matched by name; those the model does not know are ignored.
 *
 * @throws JobError for a column that is missing, or holds text where the model needs numbers.
 */
export function applyPreparation(preparation: Preparation, table: Table): Matrix {
  const byName = new Map(table.columns.map((source) => [source.name, source]))
  const rows = Int32Array.from({ length: table.rows }, (_, i) => i)
  const matrix = zeros(table.rows, preparation.features.length)
  preparation.features.forEach((feature, j) => {
    const source = byName.get(feature.name)
    if (source === undefined) {
      throw new JobError(
        'column_missing',
        `The data have no column ${JSON.stringify(feature.name)}, which the model needs: it was trained on ${preparation.features
          .map(({ name }) => name)
          .join(', ')
          .slice(0, 300)}.`,
      )
    }
    encode(feature, matchKind(feature, source), rows, column(matrix, j))
  })
  return matrix
}

function findTarget(table: Table, name: string | null | undefined): Column {
  if (name === null || name === undefined) return table.columns[table.columns.length - 1]
  const found = table.columns.find((source) => source.name === name)
  if (found !== undefined) return found
  const names = table.columns.map((source) => source.name)
  const known = names.length > 12 ? `${names.slice(0, 12).join(', ')}, …` : names.join(', ')
  throw new JobError(
    'target_missing',
    `target_column is ${JSON.stringify(name)}, but the dataset has no such column${didYouMean(name, names)}: its columns are ${known}.`,
  )
}

/** The target's classes in sorted order, each row's class (-1: missing) and the rows that have one. */
function encodeTarget(
  source: Column,
  count: number,
): { target: Target; classes: Int32Array; rows: Int32Array } {
  const { name } = source
  if (source.kind === 'text') {
    const all = Int32Array.from({ length: count }, (_, i) => i)
    const { used, codes } = compact(source, all)
    return { target: { name, dtype: 'text', classes: used }, classes: codes, rows: rowsWith(codes) }
  }
  const distinct = Array.from(new Set(source.values)).filter((value) => !Number.isNaN(value))
  const fraction = distinct.find((value) => !Number.isInteger(value))
  if (fraction !== undefined) {
    throw new JobError(
      'bad_target',
      `The target column ${JSON.stringify(name)} holds continuous numbers (${fraction} for one): these algorithms predict classes, so choose a column of classes or group its values.`,
    )
  }
  distinct.sort((a, b) => a - b)
  const classOf = new Map(distinct.map((value, k) => [value, k]))
  const classes = new Int32Array(count)
  for (let i = 0; i < count; i++) classes[i] = classOf.get(source.values[i]) ?? -1
  return { target: { name, dtype: source.dtype, classes: distinct }, classes, rows: rowsWith(classes) }
}

/** The categories that occur in the given rows, and those rows' codes within them. */
function compact(source: TextColumn, rows: Int32Array): { used: string[]; codes: Int32Array } {
  const seen = new Uint8Array(source.categories.length)
  for (const row of rows) if (source.codes[row] >= 0) seen[source.codes[row]] = 1
  const used = source.categories.filter((_, k) => seen[k] === 1)
  const place = new Int32Array(source.categories.length)
  let next = 0
  for (let k = 0; k < place.length; k++) place[k] = seen[k] === 1 ? next++ : -1
  return { used, codes: rows.map((row) => (source.codes[row] < 0 ? -1 : place[source.codes[row]])) }
}

/** The target with only the classes that the rows have, each class' place among them (-1: none), and those left out. */
function knownClasses(
  target: Target,
  rows: Int32Array,
  classes: Int32Array,
): { target: Target; place: Int32Array; missing: (string | number)[] } {
  const seen = new Uint8Array(target.classes.length)
  for (const row of rows) seen[classes[row]] = 1
  const place = new Int32Array(seen.length)
  let next = 0
  for (let k = 0; k < seen.length; k++) place[k] = seen[k] === 1 ? next++ : -1
  const all: readonly (string | number)[] = target.classes
  const missing = all.filter((_, k) => seen[k] === 0)
  const isSeen = (_: unknown, k: number) => seen[k] === 1
  const kept: Target =
    target.dtype === 'text'
      ? { ...target, classes: target.classes.filter(isSeen) }
      : { ...target, classes: target.classes.filter(isSeen) }
  return { target: kept, place, missing }
}

function rowsWith(classes: Int32Array): Int32Array {
  let count = 0
  for (const value of classes) if (value >= 0) count++
  const rows = new Int32Array(count)
  let at = 0
  for (let i = 0; i < classes.length; i++) if (classes[i] >= 0) rows[at++] = i
  return rows
}

function checkClasses(target: Target, rows: number): void {
  const name = JSON.stringify(target.name)
  if (rows === 0)
    throw new JobError('bad_target', `The target column ${name} has no values: choose another target_column.`)
  const count = target.classes.length
  if (count === 1) {
    throw new JobError(
      'bad_target',
      `The target column ${name} has only one class, ${JSON.stringify(target.classes[0])}: a classifier needs at least two.`,
    )
  }
  if (count === rows) {
    throw new JobError(
      'bad_target',
      `The target column ${name} has a different value in every row, as an identifier or a measured quantity has: choose a column of classes as target_column.`,
    )
  }
  if (count > maxClasses) {
    throw new JobError(
      'bad_target',
      `The target column ${name} has ${count} different values, more than the ${maxClasses} classes that can be trained: choose a column of classes as target_column, or group its values.`,
    )
  }
}

/** Models and reports grow with the number of classes, the confusion matrix with its square. */
const maxClasses = 1000

/** Leaves at most 20 sentences: a dataset of 10,000 columns could cause as many. */
function shorten(warnings: string[]): void {
  if (warnings.length <= 20) return
  const rest = warnings.splice(19)
  warnings.push(`${rest.length} more warnings like these were left out.`)
}

function prepareColumn(
  source: Column,
  rows: Int32Array,
  trainRows: Int32Array,
  out: Float64Array,
  keepMissing: boolean,
  warnings: string[],
): Feature {
  const { name } = source
  if (source.kind === 'text') {
    const { used, codes } = compact(source, rows)
    const missingSeen = codes.includes(-1)
    if (missingSeen) {
      const missing = codes.reduce((count, code) => count + (code < 0 ? 1 : 0), 0)
      warnings.push(
        `The text column ${JSON.stringify(name)} has ${plural(missing, 'missing value')}, treated as a category of their own.`,
      )
    }
    const feature = { kind: 'text' as const, name, categories: used, missingSeen, mean: 0, scale: 1 }
    encode(feature, source, trainRows, out)
    const scaler = fitScaler(out)
    for (let i = 0; i < out.length; i++) out[i] = (out[i] - scaler.mean) / scaler.scale
    return { ...feature, ...scaler }
  }

  checkFinite(source)
  for (let i = 0; i < trainRows.length; i++) out[i] = source.values[trainRows[i]]
  let { mean, scale } = fitScaler(out)
  if (Number.isNaN(mean)) [mean, scale] = [0, 1]
  const missing = rows.reduce((count, row) => count + (Number.isNaN(source.values[row]) ? 1 : 0), 0)
  const impute = keepMissing ? null : mean
  if (missing > 0 && impute !== null) {
    for (let i = 0; i < out.length; i++) if (Number.isNaN(out[i])) out[i] = impute
    ;({ scale } = fitScaler(out))
  }
  if (missing > 0) {
    warnings.push(
      `The column ${JSON.stringify(name)} has ${plural(missing, 'missing value')}, ${
        impute === null
          ? 'which the trees send to the side that splits best'
          : missing === rows.length
            ? 'so it says nothing'
            : `replaced by the mean of the training rows, ${Number(impute.toPrecision(6))}`
      }.`,
    )
  }
  if (!Number.isFinite(mean) || !Number.isFinite(scale)) {
    throw new JobError(
      'bad_features',
      `The column ${JSON.stringify(name)} has numbers so large that their mean or variance cannot be computed: divide them all by the same number, or leave the column out.`,
    )
  }
  for (let i = 0; i < out.length; i++) out[i] = (out[i] - mean) / scale
  return { kind: 'number', name, dtype: source.dtype, impute, mean, scale }
}

function checkFinite(source: NumberColumn): void {
  const row = source.values.findIndex(
    (value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY,
  )
  if (row >= 0) {
    throw new JobError(
      'bad_features',
      `The column ${JSON.stringify(source.name)} has an infinite or too large number in data row ${row + 1}: replace it by a finite number or leave it empty.`,
    )
  }
}

/** Writes the scaled feature of the given rows. */
function encode(feature: Feature, source: Column, rows: Int32Array, out: Float64Array): void {
  const { mean, scale } = feature
  if (feature.kind === 'number' && source.kind === 'number') {
    for (let i = 0; i < rows.length; i++) {
      const value = source.values[rows[i]]
      out[i] = ((Number.isNaN(value) && feature.impute !== null ? feature.impute : value) - mean) / scale
    }
  } else if (feature.kind === 'text' && source.kind === 'text') {
    const codeOf = new Map(feature.categories.map((category, k) => [category, k]))
    const codes = source.categories.map((category) => codeOf.get(category) ?? -1)
    const missing = feature.missingSeen ? feature.categories.length : -1
    for (let i = 0; i < rows.length; i++) {
      const code = source.codes[rows[i]]
      out[i] = ((code < 0 ? missing : codes[code]) - mean) / scale
    }
  }
}

/** The column as the feature's kind: numbers read as text ("1", "2") and the other way round. */
function matchKind(feature: Feature, source: Column): Column {
  if (feature.kind === source.kind) return source
  if (source.kind === 'number') {
    const spelt = speltNumbers(feature)
    const texts = Array.from(source.values, (value) => spelt.get(value) ?? numberAsText(value, source.dtype))
    const categories = Array.from(new Set(texts.filter((text) => text !== undefined)))
    const codeOf = new Map(categories.map((category, k) => [category, k]))
    const codes = Int32Array.from(texts, (text) => (text === undefined ? -1 : (codeOf.get(text) ?? -1)))
    return { name: source.name, kind: 'text', categories, codes }
  }
  const numbers = source.categories.map((category) =>
    category.trim() === '' ? Number.NaN : Number(category),
  )
  const values = Float64Array.from(source.codes, (code, i) => {
    if (code < 0) return Number.NaN
    if (Number.isNaN(numbers[code])) {
      throw new JobError(
        'bad_value',
        `The column ${JSON.stringify(feature.name)} has ${JSON.stringify(source.categories[code].slice(0, 60))} in data row ${i + 1}, where the model needs a number.`,
      )
    }
    return numbers[code]
  })
  return { name: source.name, kind: 'number', dtype: 'float', values }
}

/** The categories that are numbers, by their value: 7 finds "007". */
function speltNumbers(feature: Feature): Map<number, string> {
  const spelt = new Map<number, string>()
  if (feature.kind !== 'text') return spelt
  for (const category of feature.categories) {
    const value = category.trim() === '' ? Number.NaN : Number(category)
    if (!Number.isNaN(value) && (!spelt.has(value) || String(value) === category)) spelt.set(value, category)
  }
  return spelt
}

function numberAsText(value: number, dtype: NumberColumn['dtype']): string | undefined {
  if (Number.isNaN(value)) return undefined
  if (dtype === 'bool') return value === 1 ? 'True' : 'False'
  return String(value)
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
