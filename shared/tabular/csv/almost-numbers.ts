/** Finds text columns that were probably meant to be numbers, and says what to do about the few texts in them. */
import type { Column } from '../../data/table.ts'
import { quote } from '../../errors/sentences.ts'
import type { FieldReader } from './field-reader.ts'
import { fieldKind, type ParsedNumber } from './parse-number.ts'

/** Where a column proved to be text. */
export type FirstText = { readonly text: string; readonly line: number }

/** A warning about each text column that is one of numbers but for a few texts. */
export function almostNumbers(
  columns: readonly Column[],
  firstTexts: ReadonlyMap<number, FirstText>,
  readers: readonly FieldReader[],
): string[] {
  const endsShort = lacksLast(columns[columns.length - 1])
  return columns.flatMap((column, j) => warningsOf(column, firstTexts.get(j), readers[j].parse, endsShort))
}

/** More texts than these among numbers are not all named. */
const MAX_WORDS_NAMED = 3

/** Whether the column has no value in its last row. */
function lacksLast(column: Column): boolean {
  return column.kind === 'text' ? column.codes.at(-1) === -1 : Number.isNaN(column.values.at(-1))
}

/**
 * @param endsShort whether the last row has no value in the last column: it may be a total, or a note below the
 * table.
 */
function warningsOf(
  column: Column,
  first: FirstText | undefined,
  parse: FieldReader['parse'],
  endsShort: boolean,
): string[] {
  if (column.kind !== 'text' || first === undefined) return []
  const parsed: ParsedNumber = { value: 0 }
  const isNumber = column.categories.map((text) => {
    const bytes = Buffer.from(text)
    return parse(bytes, 0, bytes.length, parsed) <= fieldKind.float
  })
  let numbers = 0
  let values = 0
  for (const code of column.codes) {
    if (code < 0) continue
    values++
    if (isNumber[code]) numbers++
  }
  if (numbers <= 0.9 * values) return []
  // Rounded down, because 100 % would be wrong.
  const percentage = Math.floor((numbers / values) * 1000) / 10
  const others = column.categories.filter((_, k) => !isNumber[k])
  const lastCode = column.codes[column.codes.length - 1]
  const isFooter = endsShort && others.length === 1 && column.categories[lastCode] === others[0]
  return [
    `The column ${quote(column.name)} is treated as text: ${percentage} % of its values are numbers, but line ${first.line} has ${quote(first.text)}. ${remedyFor(others, isFooter)}.`,
  ]
}

/** @param isFooter whether the only text among the numbers is in the last line. */
function remedyFor(words: readonly string[], isFooter: boolean): string {
  if (words.every((word) => COMMENT.test(word))) {
    return 'If such lines are comments, send csv: {"comment": "#"}'
  }
  const missing =
    words.length > MAX_WORDS_NAMED
      ? 'leave it empty'
      : `send csv: {"na_values": [${words.map(quote).join(', ')}]} or leave it empty`
  const begin = isFooter ? 'If that last line is no row, take it out; if' : 'Write a number there, or if'
  return `${begin} it stands for a missing value, ${missing}`
}

/** A comment, and no error of a spreadsheet: `#DIV/0!`, `#N/A`. */
const COMMENT = /^#(?![A-Z0-9/!?]+$)/
