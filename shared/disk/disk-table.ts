import { byCodePoint } from '../data/code-point-order.ts'
import type { Column, OwnedTable, Table } from '../data/table.ts'
import { type ColumnFile, createColumnFile } from './column-file.ts'

export type DiskColumn = { readonly name: string; readonly kind: 'number' | 'text' }

/** Collects the rows of a table in a file. */
export type DiskTableWriter = {
  /** Adds rows, with the columns in their order. A column of numbers that are true and false counts as text. */
  append(rows: Table): void
  /** The table, whose columns are read from the file when they are looked at; the file stays open until `close`. */
  finish(): OwnedTable
  close(): void
}

/** What is known of a column besides its values. */
type Facts = {
  readonly name: string
  readonly kind: DiskColumn['kind']
  /** text: the code of each word, in the order in which they came. */
  readonly codeOf: Map<string, number>
  /** number: whether not all values are whole numbers that are there. */
  isFloat: boolean
  missing: number
}

/**
 * A table in a file: the columns that are looked at are read from there, and some are kept, so that what reads column by
 * column needs the memory of a few. Values and order of the rows are those of the tables that were added.
 *
 * @param cacheBytes of columns that are kept in memory at the same time; one is in any case.
 */
export function createDiskTable(
  path: string,
  columns: readonly DiskColumn[],
  cacheBytes: number,
): DiskTableWriter {
  const file = createColumnFile(path, columns.length)
  const facts = columns.map(({ name, kind }): Facts => {
    return { name, kind, codeOf: new Map(), isFloat: false, missing: 0 }
  })
  let rows = 0
  return {
    append(table) {
      file.append(
        table.columns.map((column, j) =>
          facts[j].kind === 'text' ? codes(column, facts[j]) : numbers(column, facts[j]),
        ),
        table.rows,
      )
      rows += table.rows
    },
    finish() {
      const cached = columnCache(file, cacheBytes)
      return { rows, columns: facts.map((known, j) => storedColumn(known, rows, () => cached(j))) }
    },
    close: file.close,
  }
}

function numbers(column: Column, facts: Facts): Float64Array {
  if (column.kind === 'text') throw new TypeError(`The column ${column.name} has texts among its numbers.`)
  if (column.dtype === 'float') facts.isFloat = true
  for (const value of column.values) if (Number.isNaN(value)) facts.missing++
  return column.values
}

const TRUTH = ['False', 'True']

/** The rows' codes among all words so far; -1 where there is none. */
function codes(column: Column, facts: Facts): Int32Array {
  const words = column.kind === 'text' ? column.categories : TRUTH
  const given = column.kind === 'text' ? column.codes : Int32Array.from(column.values)
  const known = words.map(() => -1)
  return given.map((code) => {
    if (code < 0) {
      facts.missing++
      return -1
    }
    if (known[code] < 0) known[code] = codeOf(words[code], facts)
    return known[code]
  })
}

function codeOf(word: string, { codeOf }: Facts): number {
  const code = codeOf.get(word) ?? codeOf.size
  codeOf.set(word, code)
  return code
}

/** A column as it would have been read into memory. */
function storedColumn(
  { name, kind, codeOf, isFloat, missing }: Facts,
  rows: number,
  read: () => Float64Array,
): Column {
  if (kind === 'number') {
    const dtype = isFloat || rows === 0 ? 'float' : 'int'
    return numberColumn(name, dtype, read)
  }
  const words = [...codeOf.keys()]
  const truth = words.map((word) => ['false', 'true'].indexOf(word.length > 5 ? '' : word.toLowerCase()))
  if (words.length > 0 && truth.every((value) => value >= 0)) {
    if (missing === 0) return numberColumn(name, 'bool', () => read().map((code) => truth[code]))
    const categories = TRUTH.filter((_, value) => truth.includes(value))
    return textColumn(
      name,
      categories,
      truth.map((value) => (categories.length === 1 ? 0 : value)),
      read,
    )
  }
  const categories = words.toSorted(byCodePoint)
  const sorted = new Int32Array(words.length)
  for (const [k, word] of categories.entries()) sorted[codeOf.get(word) ?? 0] = k
  return textColumn(name, categories, sorted, read)
}

function numberColumn(name: string, dtype: 'int' | 'float' | 'bool', read: () => Float64Array): Column {
  return {
    name,
    kind: 'number',
    dtype,
    get values() {
      return read()
    },
  }
}

/** @param newCode per code in the file, its code among the categories. */
function textColumn(
  name: string,
  categories: readonly string[],
  newCode: ArrayLike<number>,
  read: () => Float64Array,
): Column {
  let kept: { readonly from: Float64Array; readonly codes: Int32Array } | undefined
  return {
    name,
    kind: 'text',
    categories,
    get codes() {
      const from = read()
      if (kept?.from !== from)
        kept = { from, codes: Int32Array.from(from, (code) => (code < 0 ? -1 : newCode[code])) }
      return kept.codes
    },
  }
}

/** Reads columns, and keeps those that were read last. */
function columnCache(file: ColumnFile, cacheBytes: number): (j: number) => Float64Array {
  const kept = new Map<number, Float64Array>()
  let last: { readonly j: number; readonly values: Float64Array } | undefined
  return (j) => {
    if (last?.j === j) return last.values
    const values = kept.get(j) ?? file.read(j)
    kept.delete(j)
    kept.set(j, values)
    let bytes = 0
    for (const [other, { byteLength }] of [...kept].reverse()) {
      bytes += byteLength
      if (bytes > cacheBytes && other !== j) kept.delete(other)
    }
    last = { j, values }
    return values
  }
}
