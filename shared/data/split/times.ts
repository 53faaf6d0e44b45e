import { JobError } from '../../errors/job-error.ts'
import { quote } from '../../errors/sentences.ts'
import type { Column } from '../table.ts'

/** ISO 8601 as people write it: a date, with a time or without, with an offset or without. */
const ISO_DATE =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?)?$/

/**
 * Per row a number that grows with the time: the number itself, or of an ISO 8601 text the seconds since 1970 (UTC where
 * it has no offset). NaN where the value is missing.
 *
 * @throws JobError (bad_split) for a text that is no ISO 8601 date.
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

/** The seconds since 1970 of an ISO 8601 text; NaN for what is no such date (the 30th of February, too). */
export function secondsOf(text: string): number {
  const match = ISO_DATE.exec(text.trim())
  if (match === null) return Number.NaN
  const [, year, month, day = '01', hour = '00', minute = '00', second = '00', fraction = '0', offset] = match
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day))
  if (new Date(date).getUTCDate() !== Number(day) || Number(month) > 12 || Number(month) < 1)
    return Number.NaN
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return Number.NaN
  const clock = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return date / 1000 + clock + Number(`0.${fraction}`) - offsetSeconds(offset)
}

function offsetSeconds(offset: string | undefined): number {
  if (offset === undefined || offset === 'Z') return 0
  const digits = offset.replace(':', '')
  const seconds = Number(digits.slice(1, 3)) * 3600 + Number(digits.slice(3, 5)) * 60
  return digits.startsWith('-') ? -seconds : seconds
}
