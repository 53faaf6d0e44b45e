import { MISSING_WORDS } from '../../data/missing-words.ts'
import { didYouMean } from '../../errors/closest-match.ts'
import { quote } from '../../errors/sentences.ts'
import { defaultValues, type MissingValue, type ValueRules } from './dialect.ts'
import { fieldKind, isMissing, type ParsedNumber, parseField } from './parse-number.ts'

type FieldKind = (typeof fieldKind)[keyof typeof fieldKind]

/** How a file's fields become values. */
export type FieldReader = {
  parse(bytes: Buffer, start: number, stop: number, parsed: ParsedNumber): FieldKind
  /** Whether a text counts as missing. */
  isMissing(text: string): boolean
}

const plainReader: FieldReader = { parse: parseField, isMissing }

/** A reader for each column: those that have no missing values of their own share one. */
export function fieldReaders(rules: ValueRules, names: readonly string[]): FieldReader[] {
  const shared = fieldReader(rules)
  return names.map((name) => {
    const own = rules.missingIn.get(name)
    return own === undefined ? shared : fieldReader({ ...rules, missing: own })
  })
}

/** A warning for each column in csv.na_values that the file does not have. */
export function unknownColumnWarnings({ missingIn }: ValueRules, names: readonly string[]): string[] {
  return Array.from(missingIn.keys())
    .filter((name) => !names.includes(name))
    .map(
      (name) =>
        `csv.na_values names the column ${quote(name)}, which there is not${didYouMean(name, names)}.`,
    )
}

/** Reads fields by pandas' `decimal`, `thousands`, `na_values` and `keep_default_na`. */
export function fieldReader(rules: ValueRules): FieldReader {
  if (rules === defaultValues) return plainReader
  const words = missingWords(rules)
  const numbers = new Set(
    rules.missing
      .filter((value) => String(value).trim() !== '')
      .map(Number)
      .filter((value) => !Number.isNaN(value)),
  )
  const longest = Math.max(0, ...Array.from(words, (word) => word.length))
  const isMissingWord = (text: string) => text.length <= longest && words.has(text)
  const isPlainNumber = rules.decimal === '.' && rules.thousands === undefined
  const parseNumber = isPlainNumber ? parseField : foreignNumbers(rules.decimal, rules.thousands)

  function parse(bytes: Buffer, start: number, stop: number, parsed: ParsedNumber): FieldKind {
    const kind = parseNumber(bytes, start, stop, parsed)
    if (kind <= fieldKind.float) return numbers.has(parsed.value) ? fieldKind.missing : kind
    // A default word that does not count as missing here is a text.
    const isShort = stop - start <= BYTES_PER_CHARACTER * longest
    return isShort && isMissingWord(bytes.toString('utf8', start, stop)) ? fieldKind.missing : fieldKind.text
  }

  return { parse, isMissing: isMissingWord }
}

/** Bytes of a character in UTF-8, at most. */
const BYTES_PER_CHARACTER = 4

/**
 * Parses numbers with another decimal mark, with marks between thousands: one may follow a digit before the decimal
 * mark.
 */
function foreignNumbers(decimal: string, thousands: string | undefined): typeof parseField {
  const plain = Buffer.alloc(MAX_NUMBER_BYTES)
  const marks = (thousands === ' ' ? BLANK_MARKS : [thousands ?? '']).map((mark) => Buffer.from(mark))
  const isPointFree = decimal !== '.' && thousands !== '.'
  const decimalByte = decimal.charCodeAt(0)

  return (bytes, start, stop, parsed) => {
    if (stop - start > MAX_NUMBER_BYTES) return fieldKind.text
    let length = 0
    let hasPoint = false
    for (let at = start; at < stop; at++) {
      const byte = bytes[at]
      const mark = !hasPoint && length > 0 && isDigit(plain[length - 1]) ? markAt(bytes, at, stop, marks) : 0
      if (mark > 0) {
        at += mark - 1
      } else if (byte === decimalByte && !hasPoint) {
        plain[length++] = POINT
        hasPoint = true
      } else if (byte === POINT && (isPointFree || hasPoint || thousands === '.')) {
        return fieldKind.text
      } else {
        plain[length++] = byte
      }
    }
    return parseField(plain, 0, length, parsed)
  }
}

/** Longer fields are no numbers. */
const MAX_NUMBER_BYTES = 400
const POINT = 46
/** What stands between thousands where a blank is said to. */
const BLANK_MARKS = [' ', '\u00a0', '\u202f']

/** The bytes of the mark at `at` that a digit follows, or 0. */
function markAt(bytes: Buffer, at: number, stop: number, marks: readonly Buffer[]): number {
  for (const mark of marks) {
    const end = at + mark.length
    if (mark.length === 0 || mark[0] !== bytes[at] || end >= stop || !isDigit(bytes[end])) continue
    if (mark.length === 1 || mark.equals(bytes.subarray(at, end))) return mark.length
  }
  return 0
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57
}

/** The words for missing: pandas takes a whole number among `na_values` with and without `.0`. */
function missingWords({ missing, keepDefaultMissing }: ValueRules): Set<string> {
  const words = new Set<string>(keepDefaultMissing ? MISSING_WORDS : [])
  for (const value of missing) for (const word of spellings(value)) words.add(word)
  return words
}

function spellings(value: MissingValue): string[] {
  const text = String(value)
  const number = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isInteger(number) ? [text, String(number), `${number}.0`] : [text]
}
