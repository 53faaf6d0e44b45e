/** Integers that a double may not hold: those beyond 2^53 in magnitude. */

/**
 * The integers of a column: each that occurs, in ascending order, by its digits; and per row an index into them, or -1
 * where the value is missing.
 */
export type ExactIntegers = {
  readonly categories: readonly string[]
  readonly codes: Int32Array
}

/** More different integers than this are no classes; their digits are not kept. */
export const MAX_EXACT_INTEGERS = 1_000_000

/** Whether a double stands for an integer that it may not hold. */
export const isWide = (value: number): boolean => Math.abs(value) > Number.MAX_SAFE_INTEGER

/** Whether the numbers are integers (NaN: missing), and some of them wide. */
export function haveWideIntegers(values: Float64Array): boolean {
  const limit = Number.MAX_SAFE_INTEGER
  for (let i = 0; i < values.length; i++) {
    // Nearly all columns are gone through to their end: this comparison is all that it costs.
    if (values[i] > limit || values[i] < -limit) return values.every(isIntegerOrMissing)
  }
  return false
}

export const isIntegerOrMissing = (value: number): boolean => Number.isNaN(value) || Number.isInteger(value)

/** @param digits of the integer that a code stands for: decimal, with a sign or without. */
export function exactIntegers(digits: readonly string[], codes: Int32Array): ExactIntegers {
  const integers = digits.map((text) => BigInt(text.startsWith('+') ? text.slice(1) : text))
  const ascending = Array.from(new Set(integers)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const place = new Map(ascending.map((integer, k) => [integer, k]))
  const newCode = integers.map((integer) => place.get(integer) ?? -1)
  return { categories: ascending.map(String), codes: codes.map((code) => (code < 0 ? -1 : newCode[code])) }
}

/** An integer to which another double than its own digits belongs, or undefined where all are held. */
export function roundedInteger({ categories }: ExactIntegers): string | undefined {
  return categories.find((digits) => {
    const double = Number(digits)
    return !Number.isFinite(double) || BigInt(double) !== BigInt(digits)
  })
}

/** Whether the classes are integers by their digits, of which doubles do not hold all. */
export function areWideIntegers(classes: readonly string[]): boolean {
  return classes.every((text) => /^-?\d+$/.test(text)) && classes.some((text) => isWide(Number(text)))
}
