import { JobError } from '../../errors/job-error.ts'
import { quote } from '../../errors/sentences.ts'
import { secondsOf } from '../date-texts.ts'
import type { Column } from '../table.ts'

/**
 * Per row a number that grows with the time: the number itself, or of a date as text the seconds since 1970 (UTC where
 * it has no offset). NaN where the value is missing.
 *
 * @throws JobError (bad_split) for a text that is no date.
 */
export function timesOf(column: Column, rows: Int32Array): Float64Array {
  if (column.kind === 'number') return Float64Array.from(rows, (row) => column.values[row])
  const seconds = column.categories.map(secondsOf)
  return Float64Array.from(rows, (row) => {
    const code = column.codes[row]
    if (code < 0) return Number.NaN
    if (Number.isNaN(seconds[code])) {
      throw new JobError(
        'bad_split',
        `split.time_column ${quote(column.name)} has ${quote(column.categories[code])} in data row ${row + 1}, which is not a date: write it as 2026-01-31 or 2026-01-31T13:45:00Z, or as a number.`,
      )
    }
    return seconds[code]
  })
}
