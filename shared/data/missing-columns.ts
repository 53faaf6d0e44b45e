import { JobError } from '../errors/job-error.ts'
import { list, quote, shorten } from '../errors/sentences.ts'
import { nameHint } from './name-hint.ts'
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
    .map((name, k) => quote(name) + (k < MAX_HINTS ? nameHint(name, others, 'the model has') : ''))
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

/** A header of which a part is numbers is most likely the first row. */
function headerHint(names: readonly string[]): string {
  // Of columns with one name, the second is called name.1: 5.1 and 5.1.1 of a row with 5.1 twice.
  const numbers = names.filter((name) => !Number.isNaN(numberOf(name.replace(/(\..*)\.\d+$/, '$1'))))
  if (numbers.length === 0 || 2 * numbers.length < names.length) return ''
  return ' The first line looks like data: add a header line with the names of the columns.'
}
