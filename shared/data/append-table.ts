import { JobError } from '../errors/job-error.ts'
import { list, quote } from '../errors/sentences.ts'
import { byCodePoint } from './code-point-order.ts'
import { exactIntegers, isIntegerOrMissing } from './exact-integers.ts'
import type { Column, NumberColumn, OwnedTable, Table, TextColumn } from './table.ts'

/**
 * The rows of `table` and, after them, those of `other`, whose columns are found by name. Columns that only `other` has
 * are left out. Columns are removed from `table` as they are copied.
 *
 * @param what names `other` in errors: `The test dataset`.
 * @throws JobError (column_missing) for a column that `other` lacks; (bad_features) for one that has texts in one table
 *   and numbers in the other.
 */
export function appendTable(table: OwnedTable, other: Table, what: string): OwnedTable {
  const names = new Set(other.columns.map(({ name }) => name))
  const missing = table.columns.filter(({ name }) => !names.has(name)).map(({ name }) => quote(name))
  if (missing.length > 0) {
    throw new JobError(
      'column_missing',
      `${what} lacks the column${missing.length === 1 ? '' : 's'} ${list(missing, 5)}: give it the columns of the training dataset.`,
    )
  }
  const byName = new Map(other.columns.map((column) => [column.name, column]))
  const rows = { first: table.rows, second: other.rows }
  const columns: Column[] = []
  for (let first = table.columns.shift(); first !== undefined; first = table.columns.shift()) {
    const second = byName.get(first.name)
    if (second !== undefined) columns.push(appendColumn(first, second, rows, what))
    byName.delete(first.name)
  }
  return { rows: table.rows + other.rows, columns }
}

type RowCounts = { readonly first: number; readonly second: number }

function appendColumn(first: Column, second: Column, rows: RowCounts, what: string): Column {
  if (first.kind === 'text' && second.kind === 'text') return appendTexts(first, second)
  if (first.kind === 'number' && second.kind === 'number') return appendNumbers(first, second)
  // A column without any value is read as one of numbers.
  if (first.kind === 'number' && second.kind === 'text' && isEmpty(first)) {
    return appendTexts(noTexts(first.name, rows.first), second)
  }
  if (first.kind === 'text' && second.kind === 'number' && isEmpty(second)) {
    return appendTexts(first, noTexts(second.name, rows.second))
  }
  const [inFirst, inSecond] = first.kind === 'text' ? ['texts', 'numbers'] : ['numbers', 'texts']
  throw new JobError(
    'bad_features',
    `The column ${quote(first.name)} has ${inFirst} in the training dataset and ${inSecond} in the other one. ${what} must have the same kind of values.`,
  )
}

const isEmpty = ({ values }: NumberColumn) => values.every(Number.isNaN)

function noTexts(name: string, rows: number): TextColumn {
  return { name, kind: 'text', categories: [], codes: new Int32Array(rows).fill(-1) }
}

/** pandas' `concat`: int and float are float, a bool beside numbers is 0 or 1. */
function appendNumbers(first: NumberColumn, second: NumberColumn): NumberColumn {
  const values = new Float64Array(first.values.length + second.values.length)
  values.set(first.values)
  values.set(second.values, first.values.length)
  const { name } = first
  const dtypes = new Set([first.dtype, second.dtype])
  const dtype = dtypes.size === 1 ? first.dtype : dtypes.has('float') ? 'float' : 'int'
  const column = { name, kind: 'number' as const, dtype, values }
  if (first.exact === undefined && second.exact === undefined) return column
  if (!values.every(isIntegerOrMissing)) return column
  const digits: string[] = []
  const codeOf = new Map<string, number>()
  const codes = new Int32Array(values.length)
  const add = (row: number, text: string) => {
    const code = codeOf.get(text) ?? digits.push(text) - 1
    codeOf.set(text, code)
    codes[row] = code
  }
  let start = 0
  for (const part of [first, second]) {
    part.values.forEach((value, i) => {
      if (Number.isNaN(value)) codes[start + i] = -1
      else add(start + i, part.exact?.categories[part.exact.codes[i]] ?? String(value))
    })
    start += part.values.length
  }
  return { ...column, exact: exactIntegers(digits, codes) }
}

function appendTexts(first: TextColumn, second: TextColumn): TextColumn {
  const categories = Array.from(new Set([...first.categories, ...second.categories])).sort(byCodePoint)
  const codeOf = new Map(categories.map((category, k) => [category, k]))
  const codes = new Int32Array(first.codes.length + second.codes.length)
  let row = 0
  for (const part of [first, second]) {
    const newCode = part.categories.map((category) => codeOf.get(category) ?? -1)
    for (const code of part.codes) codes[row++] = code < 0 ? -1 : newCode[code]
  }
  const words = new Map(first.missingWords)
  for (const [word, rows] of second.missingWords ?? []) words.set(word, (words.get(word) ?? 0) + rows)
  return { name: first.name, kind: 'text', categories, codes, ...(words.size > 0 && { missingWords: words }) }
}
