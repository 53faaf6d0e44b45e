import { JobError } from '../errors/job-error.ts'
import { quote, shorten } from '../errors/sentences.ts'
import { encodeFeature } from './encode-feature.ts'
import { column, type Matrix, zeros } from './matrix.ts'
import type { Feature, Preparation } from './preparation.ts'
import type { Column, NumberColumn, Table, TextColumn } from './table.ts'

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
      const names = preparation.features.map(({ name }) => name).join(', ')
      throw new JobError(
        'column_missing',
        `The data have no column ${quote(feature.name)}, which the model needs: it was trained on ${shorten(names, 300)}.`,
      )
    }
    encodeFeature(feature, columnOfKind(feature, source), rows, column(matrix, j))
  })
  return matrix
}

/** The column as the feature's kind: numbers read as text ("1", "2") and the other way round. */
function columnOfKind(feature: Feature, source: Column): Column {
  if (feature.kind === 'text' && source.kind === 'number') return numbersAsText(feature.categories, source)
  if (feature.kind === 'number' && source.kind === 'text') return textAsNumbers(source)
  return source
}

function numbersAsText(known: readonly string[], { name, values, dtype }: NumberColumn): TextColumn {
  const categoryOf = categoriesByNumber(known)
  const texts = Array.from(values, (value) => categoryOf.get(value) ?? numberAsText(value, dtype))
  const categories = Array.from(new Set(texts.filter((text) => text !== undefined)))
  const codeOf = new Map(categories.map((category, k) => [category, k]))
  const codes = Int32Array.from(texts, (text) => (text === undefined ? -1 : (codeOf.get(text) ?? -1)))
  return { name, kind: 'text', categories, codes }
}

function textAsNumbers({ name, categories, codes }: TextColumn): NumberColumn {
  const numbers = categories.map(textAsNumber)
  const values = Float64Array.from(codes, (code, i) => {
    if (code < 0) return Number.NaN
    if (Number.isNaN(numbers[code])) {
      throw new JobError(
        'bad_value',
        `The column ${quote(name)} has ${quote(categories[code])} in data row ${i + 1}, where the model needs a number.`,
      )
    }
    return numbers[code]
  })
  return { name, kind: 'number', dtype: 'float', values }
}

/** The categories that are numbers, by their value: 7 finds "007", but rather "7" where both are known. */
function categoriesByNumber(categories: readonly string[]): Map<number, string> {
  const found = new Map<number, string>()
  for (const category of categories) {
    const value = textAsNumber(category)
    if (!Number.isNaN(value) && (!found.has(value) || String(value) === category)) found.set(value, category)
  }
  return found
}

/** NaN for a text that is no number. */
function textAsNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

function numberAsText(value: number, dtype: NumberColumn['dtype']): string | undefined {
  if (Number.isNaN(value)) return undefined
  if (dtype === 'bool') return value === 1 ? 'True' : 'False'
  return String(value)
}
