import { JobError } from '../errors/job-error.ts'
import { list, quote, shorten } from '../errors/sentences.ts'

/** A column that is wanted, and as what: the data's other columns are not kept. */
export type WantedColumn = { readonly name: string; readonly kind: 'number' | 'text' }

/** @throws JobError that names the wanted columns which are not there. */
export function checkColumns(names: readonly string[], wanted: readonly WantedColumn[]): void {
  const there = new Set(names)
  const missing = wanted.filter(({ name }) => !there.has(name)).map(({ name }) => quote(name))
  if (missing.length === 0) return
  const what = missing.length === 1 ? 'a column' : `${missing.length} columns`
  const some = missing.slice(0, 10).join(', ')
  const more = missing.length > 10 ? ` and ${missing.length - 10} more` : ''
  const has = shorten(list(names, 20), 300) || 'none'
  throw new JobError(
    'column_missing',
    `The data lack ${what} that the model needs: ${some}${more}. They have ${has}.`,
  )
}
