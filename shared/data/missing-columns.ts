import { didYouMean } from '../errors/closest-match.ts'
import { JobError } from '../errors/job-error.ts'
import { list, quote, shorten } from '../errors/sentences.ts'
import { numberOf } from './text-values.ts'

/**
 * The error about columns that the model needs and the data lack: what they are called there, as far as can be guessed.
 *
 * @param wanted names that the model needs; at least one is not there.
 * @param names of the columns that are there.
 */
export function missingColumns(wanted: readonly string[], names: readonly string[]): JobError {
  const isThere = new Set(names)
  const isWanted = new Set(wanted)
  const missing = wanted.filter((name) => !isThere.has(name))
  const others = names.filter((name) => !isWanted.has(name))
  const what = missing.length === 1 ? 'a column' : `${missing.length} columns`
  const some = missing
    .slice(0, 10)
    .map((name, k) => quote(name) + (k < MAX_HINTS ? hint(name, others) : ''))
    .join(', ')
  const more = missing.length > 10 ? ` and ${missing.length - 10} more` : ''
  const has = shorten(list(names, 20), 300) || 'none'
  return new JobError(
    'column_missing',
    `The data lack ${what} that the model needs: ${some}${more}. They have ${has}.${headerHint(names)}`,
  )
}

/** Names that are explained; each is compared with all columns. */
const MAX_HINTS = 3

/** @param others columns that are there and that the model does not need under their names. */
function hint(name: string, others: readonly string[]): string {
  const twin = others.find((candidate) => visible(candidate) === visible(name))
  if (twin === undefined) return didYouMean(name, others.slice(0, 1000))
  return ` (the data have ${quote(twin)}, which differs invisibly: ${difference(name, twin)})`
}

/** A name without what cannot be seen: control and format characters, blanks at the ends, the way an accent is written. */
function visible(name: string): string {
  return name
    .normalize('NFC')
    .replace(/\p{Zs}/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
}

/** The code points in which two names differ. */
function difference(wanted: string, there: string): string {
  const a = Array.from(wanted)
  const b = Array.from(there)
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const inModel = codePoints(a.slice(start, a.length - end))
  const inData = codePoints(b.slice(start, b.length - end))
  return `at character ${start + 1} the model has ${inModel}, the data have ${inData}`
}

function codePoints(characters: readonly string[]): string {
  const shown = characters
    .slice(0, 8)
    .map((character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
  if (shown.length === 0) return 'nothing'
  return characters.length > 8 ? `${shown.join(' ')} …` : shown.join(' ')
}

/** A header of which a part is numbers is most likely the first row. */
function headerHint(names: readonly string[]): string {
  // Of columns with one name, the second is called name.1: 5.1 and 5.1.1 of a row with 5.1 twice.
  const numbers = names.filter((name) => !Number.isNaN(numberOf(name.replace(/(\..*)\.\d+$/, '$1'))))
  if (numbers.length === 0 || 2 * numbers.length < names.length) return ''
  return ' The first line looks like data: add a header line with the names of the columns.'
}
