import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import { partName, partsOf } from './dates.ts'
import { type CategoryFinder, categoryFinder, featureCode, MISSING } from './known-categories.ts'
import { column, type Matrix, zeros } from './matrix.ts'
import { widthOf } from './matrix-columns.ts'
import { missingColumns } from './missing-columns.ts'
import { imputed, UNKNOWN } from './missing-values.ts'
import { MISSING_WORDS } from './missing-words.ts'
import { writeOneHot } from './one-hot.ts'
import type { CategoryFeature, Feature, Preparation } from './preparation.ts'
import type { Column, NumberColumn, Table, TextColumn } from './table.ts'
import { writeTargetMean } from './target-mean.ts'
import type { Task } from './task.ts'
import { booleanOf, numberHint, numberOf } from './text-values.ts'
import { addExample, addValue, type ColumnTally, emptyTally } from './unknown-values.ts'

type NumberFeature = Extract<Feature, { kind: 'number' }>
type TextFeature = Extract<Feature, { kind: 'text' }>

/** Raw rows as the features of a model, and per feature what of it the model does not know. */
export type EncodedRows = { readonly features: Matrix; readonly tallies: readonly ColumnTally[] }

/**
 * The features of raw rows, for prediction. Columns are matched by name; those the model does not know are ignored.
 *
 * @throws JobError for a column that is missing, or holds text where the model needs numbers.
 */
export function applyPreparation(preparation: Preparation<Task>, table: Table): Matrix {
  return rowEncoder(preparation)(table).features
}

/**
 * The same for many tables.
 *
 * @returns encodes a table; `rowsBefore` is the number of data rows before it, for errors.
 */
export function rowEncoder(
  preparation: Preparation<Task>,
): (table: Table, rowsBefore?: number) => EncodedRows {
  const finders = new Map<Feature, CategoryFinder>()
  for (const feature of preparation.features) {
    if (feature.kind !== 'number') finders.set(feature, categoryFinder(feature))
  }
  const names = rawNames(preparation)
  const width = preparation.features.reduce((sum, feature) => sum + widthOf(feature), 0)
  return (table, rowsBefore = 0) => {
    const byName = columnsByName(preparation, table, rowsBefore)
    const features = zeros(table.rows, width)
    let next = 0
    const tallies = preparation.features.map((feature) => {
      const source = byName.get(feature.name)
      if (source === undefined) throw missingColumns(names, [...byName.keys()])
      const first = next
      next += widthOf(feature)
      if (feature.kind === 'number') {
        return encodeNumbers(feature, asNumbers(source, rowsBefore), column(features, first))
      }
      const { codes, tally } = findCodes(feature, source, finders.get(feature) ?? categoryFinder(feature))
      if (feature.kind === 'one_hot') writeOneHot(feature, codes, features, first)
      else if (feature.kind === 'target_mean') writeTargetMean(feature, codes, features, first)
      else scaleCodes(feature, codes, column(features, first))
      return tally
    })
    return { features, tallies }
  }
}

/** The names of the columns that raw rows have: those of dates, not of their parts. */
export function rawNames({ features, dates = [] }: Preparation<Task>): string[] {
  const dateOf = new Map(
    dates.flatMap(({ name, parts }) => parts.map((part) => [partName(name, part), name])),
  )
  return Array.from(new Set(features.map(({ name }) => dateOf.get(name) ?? name)))
}

/** The table's columns, and the parts of its dates. */
function columnsByName(
  { dates = [] }: Preparation<Task>,
  table: Table,
  rowsBefore: number,
): Map<string, Column> {
  const byName = new Map(table.columns.map((source) => [source.name, source]))
  for (const date of dates) {
    const source = byName.get(date.name)
    if (source === undefined) continue
    for (const part of partsOf(source, date, rowsBefore)) byName.set(part.name, part)
  }
  return byName
}

function encodeNumbers(feature: NumberFeature, values: Float64Array, out: Float64Array): ColumnTally {
  const { mean, scale, minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = feature
  const tally = emptyTally()
  tally.rows = values.length
  let lowest = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value < lowest) lowest = value
    if (value > highest) highest = value
    if (Number.isNaN(value)) tally.missing++
    else if (value < minimum || value > maximum) {
      tally.outOfRange++
      addExample(tally, value)
    }
    out[i] = (imputed(value, feature) - mean) / scale
  }
  if (lowest <= highest) {
    addValue(tally, lowest)
    addValue(tally, highest)
  }
  return tally
}

function scaleCodes({ mean, scale }: TextFeature, codes: Int32Array, out: Float64Array): void {
  for (let i = 0; i < codes.length; i++) out[i] = (codes[i] - mean) / scale
}

/** Per row the code of its text, and what of them the model does not know. */
function findCodes(
  feature: CategoryFeature,
  source: Column,
  find: CategoryFinder,
): { codes: Int32Array; tally: ColumnTally } {
  const { categories, codes } = source.kind === 'text' ? source : (source.exact ?? numbersAsText(source))
  const found = Int32Array.from(categories, find)
  const tally = emptyTally()
  tally.rows = codes.length
  const counts = new Uint32Array(categories.length)
  const codeOf = new Int32Array(codes.length)
  const missing = featureCode(MISSING, feature)
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]
    if (code < 0) tally.missing++
    else if (counts[code]++ === 0 && found[code] === UNKNOWN) addExample(tally, categories[code])
    codeOf[i] = code < 0 || found[code] === MISSING ? missing : found[code]
  }
  for (let code = 0; code < counts.length; code++) {
    if (counts[code] === 0) continue
    if (found[code] === MISSING) tally.missing += counts[code]
    else addValue(tally, found[code] === UNKNOWN ? categories[code] : found[code])
    if (found[code] === UNKNOWN) tally.unseen += counts[code]
  }
  return { codes: codeOf, tally }
}

/** Numbers as texts that spell them. */
function numbersAsText({ name, values, dtype }: NumberColumn): TextColumn {
  const codeOf = new Map<number, number>()
  const codes = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    let code = Number.isNaN(value) ? -1 : codeOf.get(value)
    if (code === undefined) {
      code = codeOf.size
      codeOf.set(value, code)
    }
    codes[i] = code
  }
  const spell = dtype === 'bool' ? (value: number) => (value === 1 ? 'True' : 'False') : String
  return { name, kind: 'text', categories: Array.from(codeOf.keys(), (value) => spell(value)), codes }
}

/** The column's numbers; of texts those that they spell, true and false being 1 and 0. */
function asNumbers(source: Column, rowsBefore: number): Float64Array {
  if (source.kind === 'number') return source.values
  const { name, categories, codes } = source
  const numbers = categories.map((text) => {
    const number = numberOf(text)
    return Number.isNaN(number) ? booleanOf(text) : number
  })
  return Float64Array.from(codes, (code, i) => {
    if (code < 0) return Number.NaN
    if (Number.isNaN(numbers[code]) && !MISSING_WORDS.has(categories[code])) {
      throw new JobError(
        'bad_value',
        `Data row ${rowsBefore + i + 1} has ${quote(categories[code])} in the column ${quote(name)}, where the model needs a number${numberHint(categories[code])}.`,
      )
    }
    return numbers[code]
  })
}
