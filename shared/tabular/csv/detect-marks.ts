import type { CsvOptions } from './options.ts'

type Marks = { readonly decimal: string; readonly thousands: string | undefined }

const WITH_COMMA = /^\s*[+-]?\d*,\d+([eE][+-]?\d+)?\s*$/
const WHOLE = /^\s*[+-]?\d+\s*$/
const WITH_POINT = /^\s*[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?\s*$/
const GROUPED = /^\s*[+-]?\d{1,3}(\.\d{3})*(,\d+)?\s*$/
const GROUPED_COLUMN = /^\s*[+-]?\d{1,3}(\.\d{3})+(,\d+)?\s*$/

/**
 * The marks of the numbers. `,` is the decimal mark where it is not the delimiter, and a column has numbers with a
 * comma and otherwise whole ones, and no column has numbers that need a point for it. `.` then stands between
 * thousands where a column has numbers in such groups, and a decimal comma, or some numbers without a point.
 *
 * @param columns the first fields of each, without empty ones.
 */
export function detectMarks(columns: readonly string[][], delimiter: string, given: CsvOptions): Marks {
  const thousandsGiven = given.thousands ?? undefined
  if (given.decimal) return { decimal: given.decimal, thousands: thousandsGiven }
  const known = columns.map((column) => column.filter((field) => !MISSING.has(field.trim())))
  const isDecimal = (column: readonly string[]) =>
    column.some((field) => field.includes(',')) &&
    column.every((field) => WITH_COMMA.test(field) || WHOLE.test(field) || GROUPED.test(field))
  const needsPoint = (column: readonly string[]) =>
    column.length > 0 &&
    column.every((field) => WITH_POINT.test(field) || WHOLE.test(field)) &&
    column.some((field) => WITH_POINT.test(field) && !GROUPED_COLUMN.test(field))
  const hasCommas = delimiter !== ',' && thousandsGiven !== ',' && known.some(isDecimal)
  if (!hasCommas || known.some(needsPoint)) return { decimal: '.', thousands: thousandsGiven }
  return { decimal: ',', thousands: thousandsGiven ?? (known.some(isGrouped) ? '.' : undefined) }
}

function isGrouped(column: readonly string[]): boolean {
  const grouped = column.filter((field) => GROUPED_COLUMN.test(field))
  if (grouped.length === 0) return false
  if (!column.every((field) => GROUPED.test(field) || WITH_COMMA.test(field) || WHOLE.test(field)))
    return false
  return grouped.length < column.length || grouped.some((field) => field.includes(','))
}

/** Words that do not tell what a column holds. */
const MISSING = new Set(['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', 'None', '-', '?'])
