import { JobError } from '../errors/job-error.ts'

/** A column that is wanted, and as what: the data's other columns are not kept. */
export type WantedColumn = { readonly name: string; readonly kind: 'number' | 'text' }

/** @throws JobError that names the wanted columns which are not there. */
export function checkColumns(names: readonly string[], wanted: readonly WantedColumn[]): void {
  const there = new Set(names)
  const missing = wanted.filter(({ name }) => !there.has(name)).map(({ name }) => JSON.stringify(name))
  if (missing.length === 0) return
  const some = missing.slice(0, 10).join(', ')
  const more = missing.length > 10 ? ` and ${missing.length - 10} more` : ''
  const has = names.slice(0, 20).join(', ').slice(0, 300)
  throw new JobError(
    'column_missing',
    `The data lack ${missing.length === 1 ? 'a column' : `${missing.length} columns`} that the model needs: ${some}${more}. They have ${has || 'none'}.`,
  )
}
