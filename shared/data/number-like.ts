/** Texts that people read as numbers, though the readers do not: with signs, units, marks or digits of another kind. */

/** Signs, bounds and "about". */
const SIGN = '[+\\-\\u2212\\u2013<>≤≥~≈]?'
const CURRENCY = '(?:[$€£¥₹]|[A-Z]{3}(?=\\s))'
/** With groups of three digits, or as in India: 12,34,567. */
const NUMERAL = `(?:\\d{1,3}(?:[,.'\\u2019 \\u00a0\\u202f]\\d{3})+(?:[.,]\\d+)?|\\d{1,2}(?:,\\d{2})*,\\d{3}(?:\\.\\d+)?|\\d+(?:[.,]\\d+)?|[.,]\\d+)`
const UNIT = `(?:[%‰$€£¥₹]|°?\\s?(?!(?:st|nd|rd|th)$)(?:[A-Za-zµ]{2,4}|[KMBkmgstlLhWVCF])[²³]?(?:/[A-Za-z]{1,4})?)`
/** What is no such number, with or without a unit, and yet one. */
const FOREIGN = [
  // Of spreadsheets: ="1.5", =1.5 and '1.5.
  /^(?:="[+-]?[\d.,]+"|=[+-]?\d+(?:[.,]\d+)?|'[+-]?\d+(?:[.,]\d+)?)$/,
  // Of old programs: 1.5- and 1.5D+03; of new ones: 0x1F and 1_000; 1.5x10^3.
  /^(?:\d+(?:[.,]\d+)?-|[+-]?\d+(?:\.\d*)?[dD][+-]?\d+|0x[\da-fA-F]+|\d{1,3}(?:_\d{3})+|[+-]?\d+(?:\.\d+)?\s?[x×*]\s?10\^?-?\d+)$/,
  // Digits of other scripts: １．５, ١٢٫٥.
  /^[+-]?\p{Nd}+(?:[.,．，٫]\p{Nd}+)?$/u,
  // Fractions: 1 3/4, 1½.
  /^(?:\d+\s\d+\/\d+|\d*\s?[¼½¾⅐-⅞])$/,
  // Times taken: 1:30, 0:01:30.5, 2h 30m; feet and inches: 5'11".
  /^(?:\d{1,3}:[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?|(?:\d+\s?(?:d|h|min|m|sec|s)\s?){2,}|\d+['′]\s?\d*["″]?)$/,
]
const DISGUISED = new RegExp(`^\\(?${SIGN}\\s?${CURRENCY}?\\s?${SIGN}${NUMERAL}\\s?(${UNIT})?\\+?\\)?$`, 'u')

/** Whether a person reads the text as a number: `$1,234.00`, `12 kg`, `<5`, `0x1F`. Plain numbers look so, too. */
export function looksLikeNumber(text: string): boolean {
  const trimmed = text.trim()
  return DISGUISED.test(trimmed) || FOREIGN.some((form) => form.test(trimmed)) || isFraction(trimmed)
}

const TWO_NUMBERS = /^(\d+)\/(\d+)$/
const DENOMINATORS = [2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 32, 64, 100]

function isFraction(text: string): boolean {
  const [, above, below] = (TWO_NUMBERS.exec(text) ?? []).map(Number)
  return above < below && DENOMINATORS.includes(below)
}

/** Whether the text is two numbers that are no fraction, as a pair of alleles (`2/2`) or a month (`11/86`) is. */
export function isPair(text: string): boolean {
  return TWO_NUMBERS.test(text.trim()) && !isFraction(text.trim())
}

/** What stands behind the number: `kg` of `12 kg`. */
export const unitOf = (text: string) => DISGUISED.exec(text.trim())?.[1]?.trim()
