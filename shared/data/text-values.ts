/** What a text says as a value, by the rules that the CSV reader has for its fields: the same for every file format. */

/** A number as pandas' read_csv recognises one: decimal digits, white space round them, or the word for infinity. */
const NUMBER = /^[\t-\r ]*([+-]?)(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|inf|infinity)[\t-\r ]*$/i

/** The number that a text spells (`1`, ` 1.50`, `1e3`, `inf`), or NaN where it spells none. */
export function numberOf(text: string): number {
  const found = NUMBER.exec(text)
  if (found === null) return Number.NaN
  const size = found[2] === undefined ? Number.POSITIVE_INFINITY : Number(found[2])
  return found[1] === '-' ? -size : size
}

/** 1 for `true` and 0 for `false` in any case, NaN for any other text. */
export function booleanOf(text: string): number {
  if (text.length < 4 || text.length > 5) return Number.NaN
  const word = text.toLowerCase()
  if (word === 'true') return 1
  return word === 'false' ? 0 : Number.NaN
}

/** What to do about a text in a column of numbers, as the end of a sentence; nothing where that is not plain. */
export function numberHint(text: string): string {
  const trimmed = text.trim()
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(trimmed)) {
    return ': if commas group its thousands, set csv.thousands to ","'
  }
  if (/^[+-]?\d{1,3}(\.\d{3})*,\d+$/.test(trimmed)) {
    return ': if a comma is its decimal mark, set csv.decimal to ","'
  }
  const grouped = /^[+-]?\d{1,3}(?:(['\u2019 \u00a0\u202f\u2009])\d{3})+(?:[.,]\d+)?$/.exec(trimmed)
  if (grouped !== null) {
    const mark = /['\u2019]/.test(grouped[1]) ? grouped[1] : ' '
    return `: if ${mark === ' ' ? 'blanks' : 'apostrophes'} group its thousands, set csv.thousands to "${mark}"`
  }
  if (
    /\d/.test(trimmed) &&
    !/\d[-\u2212.]\d+[-\u2212.]\d/.test(trimmed) &&
    /^[\p{Sc}%+\-\u2212(),.'\u2019\d\s]+(\p{L}{0,4}\.?)$/u.test(trimmed)
  ) {
    return ': take signs and units away, and write a plain number such as -1234.5'
  }
  if (/^(yes|no|y|n|t|f|on|off|ja|nein|oui|non|si|sí)$/i.test(trimmed)) {
    return ': write true or false, or 1 or 0'
  }
  return ''
}
