import { MISSING_WORDS } from '../../data/missing-words.ts'

/**
 * Numbers as pandas' read_csv recognises them, parsed from bytes.
 *
 * Up to 15 digits with a small exponent are exact in two double operations (Clinger, "How to read floating point
 * numbers accurately", PLDI 1990); anything longer goes through JavaScript's own conversion.
 */
export const fieldKind = { integer: 0, float: 1, missing: 2, text: 3 } as const
type FieldKind = (typeof fieldKind)[keyof typeof fieldKind]

const MAX_MISSING_WORD_LENGTH = Math.max(...Array.from(MISSING_WORDS, (word) => word.length))

const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))

/**
 * Receives the number that `parseField` finds. The caller reuses one object, because returning a pair would allocate
 * for each field.
 */
export type ParsedNumber = { value: number }

/**
 * What the bytes `start` … `end` of `bytes` are. White space round a number does not count.
 *
 * @param parsed gets the value of a number.
 */
export function parseField(bytes: Buffer, start: number, end: number, parsed: ParsedNumber): FieldKind {
  let at = start
  let last = end
  while (at < last && isSpace(bytes[at])) at++
  while (last > at && isSpace(bytes[last - 1])) last--
  if (at === last) return start === end ? fieldKind.missing : fieldKind.text

  let negative = false
  const first = bytes[at]
  if (first === 45 || first === 43) {
    negative = first === 45
    at++
  }
  let mantissa = 0
  let digits = 0
  let significant = 0
  let exponent = 0
  let isFloat = false
  let c = 0
  for (; at < last; at++) {
    c = bytes[at] - 48
    if (c >= 0 && c <= 9) {
      digits++
      if (significant > 0 || c > 0) significant++
      mantissa = mantissa * 10 + c
      if (isFloat) exponent--
    } else if (c === -2 && !isFloat) {
      isFloat = true
    } else {
      break
    }
  }
  if (digits === 0) return parseWord(bytes, start, end, isFloat ? last : at, last, negative, parsed)
  if (at < last) {
    // Behind digits there is no word for infinity: 1inf is a text.
    if (bytes[at] !== 101 && bytes[at] !== 69)
      return parseWord(bytes, start, end, last, last, negative, parsed)
    isFloat = true
    at++
    let exponentNegative = false
    if (at < last && (bytes[at] === 45 || bytes[at] === 43)) exponentNegative = bytes[at++] === 45
    if (at === last) return fieldKind.text
    let given = 0
    for (; at < last; at++) {
      c = bytes[at] - 48
      if (c < 0 || c > 9) return fieldKind.text
      if (given < 100_000) given = given * 10 + c
    }
    exponent += exponentNegative ? -given : given
  }
  if (significant <= 15 && exponent >= -22 && exponent <= 22) {
    const size = exponent < 0 ? mantissa / POWERS_OF_TEN[-exponent] : mantissa * POWERS_OF_TEN[exponent]
    parsed.value = negative ? -size : size
  } else {
    parsed.value = Number(bytes.toString('latin1', start, end))
  }
  if (isFloat) return fieldKind.float
  parsed.value += 0 // a whole number has no minus zero
  return fieldKind.integer
}

/** A word for missing (the whole field), or for infinity (`at` … `last`, its sign and spaces taken off), or text. */
function parseWord(
  bytes: Buffer,
  start: number,
  end: number,
  at: number,
  last: number,
  negative: boolean,
  parsed: ParsedNumber,
): FieldKind {
  if (end - start <= MAX_MISSING_WORD_LENGTH && MISSING_WORDS.has(bytes.toString('latin1', start, end))) {
    return fieldKind.missing
  }
  if (last - at !== 3 && last - at !== 8) return fieldKind.text
  const word = bytes.toString('latin1', at, last).toLowerCase()
  if (word !== 'inf' && word !== 'infinity') return fieldKind.text
  parsed.value = negative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return fieldKind.float
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13)
}

/** Whether the field counts as missing. */
export function isMissing(text: string): boolean {
  return text.length <= MAX_MISSING_WORD_LENGTH && MISSING_WORDS.has(text)
}
