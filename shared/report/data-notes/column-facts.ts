import type { Column, NumberColumn, TextColumn } from '../../data/table.ts'

/** A text that occurs in a column, and in how many rows. */
export type TextRows = { readonly text: string; readonly rows: number }

/** The texts that occur, in the categories' order. */
export function textRows({ categories, codes }: TextColumn): TextRows[] {
  const counts = new Int32Array(categories.length)
  for (const code of codes) if (code >= 0) counts[code]++
  return categories.map((text, k) => ({ text, rows: counts[k] })).filter(({ rows }) => rows > 0)
}

export function rowsOf(texts: readonly TextRows[]): number {
  return texts.reduce((sum, { rows }) => sum + rows, 0)
}

/** Whether every row has the same value, and none is missing. */
export function isConstant(column: Column): boolean {
  if (column.kind === 'text') return isOneCode(column.codes)
  const { values, exact } = column
  if (exact !== undefined) return isOneCode(exact.codes)
  return values.length > 0 && values.every((value) => value === values[0])
}

function isOneCode(codes: Int32Array): boolean {
  return codes.length > 0 && codes[0] >= 0 && codes.every((code) => code === codes[0])
}

/** With fewer rows, values may all differ by chance. */
const MIN_ROWS_OF_IDENTIFIERS = 20

/**
 * Texts that all differ, or whole numbers that all differ and either lie close together, as those that were counted
 * up do, or are called an id. Other numbers that all differ are measurements; years and other times are no identifiers.
 */
export function identifies(column: Column, rows: number): boolean {
  if (rows < MIN_ROWS_OF_IDENTIFIERS) return false
  if (column.kind === 'text') return allDiffer(column.codes)
  return column.dtype === 'int' && allNumbersDiffer(column, rows)
}

function allDiffer(codes: Int32Array): boolean {
  return !codes.includes(-1) && new Set(codes).size === codes.length
}

function allNumbersDiffer({ name, values, exact }: NumberColumn, rows: number): boolean {
  if (exact !== undefined) return allDiffer(exact.codes)
  if (new Set(values).size < rows) return false
  let minimum = Number.POSITIVE_INFINITY
  let maximum = Number.NEGATIVE_INFINITY
  for (const value of values) {
    minimum = Math.min(minimum, value)
    maximum = Math.max(maximum, value)
  }
  if (/(^|[^a-z])(id|uuid|key|index)$/i.test(name)) return true
  return maximum - minimum < 2 * rows && !/(^|[^a-z])(year|quarter|month|week|day|date|time)s?$/i.test(name)
}

/** Each row's class, in no particular order; -1 where there is none. */
export function classIndices(target: Column): Int32Array {
  if (target.kind === 'text') return target.codes
  if (target.exact !== undefined) return target.exact.codes
  const indices = new Map<number, number>()
  return Int32Array.from(target.values, (value) => {
    if (Number.isNaN(value)) return -1
    const index = indices.get(value) ?? indices.size
    indices.set(value, index)
    return index
  })
}
