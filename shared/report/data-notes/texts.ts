/**
 * What the texts of one column look like: numbers in disguise, dates, one word in several spellings, a sign for
 * missing.
 */
import { secondsOf } from '../../data/date-texts.ts'
import { invisibleDifference } from '../../data/invisible-difference.ts'
import { isPair, looksLikeNumber, unitOf } from '../../data/number-like.ts'
import type { TextColumn } from '../../data/table.ts'
import { numberOf } from '../../data/text-values.ts'
import { list, percent, plural, quote } from '../../errors/sentences.ts'
import { rowsOf, type TextRows } from './column-facts.ts'

/** A column with more distinct texts is free text and gets no notes. */
export const MAX_TEXTS_LOOKED_AT = 100_000

/** The share of a column's values from which they are taken to be all meant alike. */
const MOST = 0.8
const MIN_DIFFERENT = 3
/** The share of plain numbers from which the CSV reader itself says that a column is text. */
const READER_SAYS = 0.9

/** Marks between thousands, and decimal commas. */
const THOUSANDS = /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})*,\d{3})(?:\.\d+)?$/
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/

/** The note on a text column that looks like numbers, if it does. */
export function disguisedNumbers({ name }: TextColumn, texts: readonly TextRows[]): string | undefined {
  const total = rowsOf(texts)
  const plain = texts.filter(({ text }) => !Number.isNaN(numberOf(text)))
  const disguised = texts.filter(({ text }) => Number.isNaN(numberOf(text)) && looksLikeNumber(text))
  const like = rowsOf(plain) + rowsOf(disguised)
  if (plain.length + disguised.length < MIN_DIFFERENT || like < MOST * total) return undefined
  // Of columns that are nearly all plain numbers the reader has said so, with the line.
  if (like < total && rowsOf(plain) > READER_SAYS * total) return undefined
  if (disguised.length > 0 && (areCodes(disguised) || texts.some(({ text }) => isPair(text))))
    return undefined
  const example = disguised[0] ?? plain[0]
  const share = like === total ? 'all of its values' : `${percentBelow(like / total)} of its values`
  const others = texts.filter((each) => !plain.includes(each) && !disguised.includes(each))
  const looks = `The column ${quote(name)} is treated as text, but ${share} look like numbers (${quote(example.text)} for one)`
  const remedy = numberRemedy(disguised, others)
  const sentences = [
    remedy === undefined ? looks : `${looks}: to have them read as numbers, ${remedy}`,
    ...othersRemedy(others),
  ]
  return sentences.map((sentence) => `${sentence}.`).join(' ')
}

function numberRemedy(disguised: readonly TextRows[], others: readonly TextRows[]): string | undefined {
  const texts = disguised.map(({ text }) => text.trim())
  if (texts.length === 0) return others.length === 0 ? 'write them without quotes' : undefined
  if (texts.every((text) => THOUSANDS.test(text))) {
    return 'send csv: {"thousands": ","} or take the commas out'
  }
  if (texts.every((text) => DECIMAL_COMMA.test(text))) {
    return 'send csv: {"decimal": ","} or write a point'
  }
  return 'take signs and units away, and write plain numbers such as -1234.5'
}

const MAX_OTHERS_NAMED = 3

/** What to do about the texts in a column of numbers that are none. */
function othersRemedy(others: readonly TextRows[]): string[] {
  if (others.length === 0) return []
  const words = others.map(({ text }) => quote(text))
  const many = others.length > MAX_OTHERS_NAMED
  const missing = many
    ? 'leave these cells empty'
    : `send csv: {"na_values": [${words.join(', ')}]} or leave these cells empty`
  return [
    `Where ${list(words, MAX_OTHERS_NAMED)} (${plural(rowsOf(others), 'row')}) ${others.length === 1 ? 'stands' : 'stand'} for a missing value, ${missing}`,
  ]
}

const MAX_UNITS = 6

/** Letters behind numbers that differ in many texts are codes, not units. */
function areCodes(disguised: readonly TextRows[]): boolean {
  const units = new Set(disguised.map(({ text }) => unitOf(text)))
  units.delete(undefined)
  return units.size > MAX_UNITS
}

const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*'
const DATES = [
  /^(?:1[5-9]|20|21)\d{2}([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?:[T ]\d{1,2}:.*)?$/,
  /^(?:1[5-9]|20|21)\d{2}[-/](?:0[1-9]|1[0-2])$/,
  /^\d{1,2}([-/.])\d{1,2}\1(?:\d{2}|\d{4})(?:[T ]\d{1,2}:.*)?$/,
  new RegExp(`^\\d{1,2}[-/. ]\\s?${MONTH}[-/., ]\\s?(?:\\d{2}|\\d{4})$`, 'i'),
  /^(?:19|20)\d{2}-?(?:Q[1-4]|W\d{1,2})$/i,
]
const isDate = (text: string) =>
  !Number.isNaN(secondsOf(text)) || DATES.some((date) => date.test(text.trim()))

/** The note on a column of dates, if it is one. */
export function dates(
  { name }: TextColumn,
  texts: readonly TextRows[],
  isTarget: boolean,
): string | undefined {
  const found = texts.filter(({ text }) => isDate(text))
  const total = rowsOf(texts)
  if (found.length < MIN_DIFFERENT || rowsOf(found) < MOST * total) return undefined
  if (isTarget) {
    return `The target column ${quote(name)} holds dates as text (${quote(found[0].text)} for one), each a class of its own: no other date can be predicted, so give numbers instead (days since a day), which is a regression.`
  }
  const unread = texts.find(({ text }) => Number.isNaN(secondsOf(text)))
  const first = unread === undefined ? '' : `write all as 2026-01-31 (${quote(unread.text)} is not) and `
  return `The column ${quote(name)} holds dates as text (${quote(found[0].text)} for one), each a category of its own: any other date is unknown when predicting, so ${first}send date_columns: [${quote(name)}], which makes numbers of it.`
}

/** Not the name that R gives a row of a matrix, `[1,]`. */
const NESTED = /^(?:\{.*\}|\[(?!\d+,\]$).*\])$/s

/** The note on a column of objects or lists, of JSON or Parquet, if it is one. */
export function nested({ name }: TextColumn, texts: readonly TextRows[]): string | undefined {
  const found = texts.filter(({ text }) => NESTED.test(text.trim()))
  const total = rowsOf(texts)
  if (found.length === 0 || rowsOf(found) < MOST * total) return undefined
  const shown = found[0].text.length > 40 ? `${found[0].text.slice(0, 40)}…` : found[0].text
  return `The column ${quote(name)} holds lists or objects (${quote(shown)} for one), each taken as one text: give their values columns of their own.`
}

/** The texts that differ only by case, blanks, the kind of a dash or quotation mark, or a final dot. */
export function twins(texts: readonly TextRows[]): TextRows[][] {
  const groups = new Map<string, TextRows[]>()
  for (const each of texts) {
    const key = each.text
      .normalize('NFKC')
      .replace(/\p{Pd}|\u2212/gu, '-')
      .replace(/[‘’´`]/g, "'")
      .replace(/[“”„]/g, '"')
      .replace(/\p{Cf}/gu, '')
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/\.$/, '')
      .toLowerCase()
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [each])
    else group.push(each)
  }
  return [...groups.values()].filter((group) => group.length > 1)
}

const MAX_TWINS_NAMED = 3

/** @param what "classes" or "categories". */
export function twinsNote(what: string, name: string, texts: readonly TextRows[]): string | undefined {
  const groups = twins(texts)
  if (groups.length === 0) return undefined
  const named = groups.slice(0, MAX_TWINS_NAMED).map((group) =>
    group
      .slice(0, 4)
      .map(({ text, rows }) => `${quote(text)} (${unseen(text, group)}${plural(rows, 'row')})`)
      .join(' and '),
  )
  const more = groups.length > MAX_TWINS_NAMED ? `; ${groups.length - MAX_TWINS_NAMED} more such groups` : ''
  return `${what} of ${quote(name)} differ only by case, blanks, marks or a final dot: ${named.join('; ')}${more}. If they mean the same, write them alike.`
}

/** The code points of a text that another one looks like. */
function unseen(text: string, group: readonly TextRows[]): string {
  for (const other of group) {
    const points = other.text === text ? undefined : invisibleDifference(text, other.text)
    // Ordinary blanks are seen between the quotation marks.
    if (points !== undefined && /U\+(?!0020)/.test(points.first + points.second)) {
      return `${points.first} at character ${points.at}, `
    }
  }
  return ''
}

const SIGNS_OF_MISSING = new Set([
  '?',
  '-',
  '--',
  'N.A.',
  'n.a.',
  'missing',
  'Missing',
  'MISSING',
  '(missing)',
  '(blank)',
  '(empty)',
  'unknown',
  'Unknown',
  'UNKNOWN',
  '.',
  '*',
  '\\N',
])

/** The note on a word that may stand for a missing value, if there is one. */
export function missingSign({ name }: TextColumn, texts: readonly TextRows[]): string | undefined {
  if (texts.length < MIN_DIFFERENT) return undefined
  const found = texts.find(({ text }) => SIGNS_OF_MISSING.has(text.trim()))
  if (found === undefined) return undefined
  const word = quote(found.text)
  return `${quote(name)} has ${word} in ${plural(found.rows, 'row')}: if it stands for a missing value, send csv: {"na_values": ${word}} or leave these cells empty.`
}

/** Rounded down: 100 % would not be true. */
function percentBelow(share: number): string {
  return percent(Math.floor(share * 1000) / 1000)
}
