import type { ValueRules } from './dialect.ts'
import { fieldReader } from './field-reader.ts'
import { fieldKind } from './parse-number.ts'

/** Rows that must follow a second line of the header. */
const MIN_ROWS = 4

/** Whether a field is a number. */
function numberTest(values: ValueRules): (field: string) => boolean {
  const reader = fieldReader(values)
  const parsed = { value: 0 }
  return (field) => {
    const bytes = Buffer.from(field)
    return reader.parse(bytes, 0, bytes.length, parsed) <= fieldKind.float
  }
}

/**
 * Whether the first row goes on with the header, for example with units: it has no number, and a word with a letter in
 * two columns or more that else have numbers only, and in every such column.
 *
 * @param columns the fields of each column, without empty ones.
 */
export function isSecondHeader(
  rows: readonly string[][],
  columns: readonly string[][],
  values: ValueRules,
): boolean {
  const first = rows[0]
  if (first === undefined || rows.length <= MIN_ROWS) return false
  const isNumber = numberTest(values)
  if (first.some(isNumber)) return false
  const { isMissing } = fieldReader(values)
  let numeric = 0
  for (const [j, column] of columns.entries()) {
    const field = first[first.length - columns.length + j] ?? ''
    const rest = field === '' ? column : column.slice(1)
    if (rest.length < MIN_ROWS || !rest.every((other) => isMissing(other) || isNumber(other))) continue
    if (isMissing(field) || !/\p{L}|%/u.test(field)) return false
    numeric++
  }
  return numeric >= 2
}

/** What no column is named by: a date with or without a time, an email address, a UUID. */
const FORMS = [
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?$/,
  /^[^\s@]+@[^\s@]+\.[a-z]+$/i,
  /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
]

/**
 * A warning where the header looks like a row: numbers stand over numbers, words that are values below it, or a date, an
 * address or a UUID over others.
 */
export function headerWarnings(
  header: readonly string[],
  columns: readonly string[][],
  values: ValueRules,
): string[] {
  const isNumber = numberTest(values)
  const { isMissing } = fieldReader(values)
  const names = header.slice(0, columns.length)
  const isOfForm = names.some((name, j) =>
    FORMS.some(
      (form) =>
        form.test(name) &&
        columns[j].length > 0 &&
        columns[j].every((field) => isMissing(field) || form.test(field)),
    ),
  )
  if (!isOfForm && !names.some((name, j) => isNumber(name) || columns[j].includes(name))) return []
  const isNumeric = columns.map(
    (column) => column.length > 0 && column.every((field) => isMissing(field) || isNumber(field)),
  )
  const overNumbers = names.filter((_, j) => isNumeric[j])
  const isValue = names.some((name, j) => isNumeric[j] && name.length > 1 && columns[j].includes(name))
  const areNumbers =
    overNumbers.length > 0 &&
    overNumbers.every(isNumber) &&
    (!isSeries(overNumbers) || (overNumbers.length === 1 && isValue))
  const areRepeated =
    names.length > 1 && names.every((name, j) => name !== '' && !isNumeric[j] && columns[j].includes(name))
  if (!isOfForm && !areNumbers && !areRepeated) return []
  const shown = names.slice(0, 3).map((name) => JSON.stringify(name))
  return [
    `The first line was taken as the header, but looks like a row (${shown.join(', ')}${names.length > 3 ? ', …' : ''}): if the file has no header, send it with csv.header false.`,
  ]
}

/** Whether the names count: 0, 1, 2 or 1990, 1991, as those of columns may. */
function isSeries(names: readonly string[]): boolean {
  return names.every(
    (name, j) => /^\d+$/.test(name) && (j === 0 || Number(name) - Number(names[j - 1]) === 1),
  )
}
