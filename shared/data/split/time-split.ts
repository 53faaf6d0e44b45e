import { JobError } from '../../errors/job-error.ts'
import { quote } from '../../errors/sentences.ts'
import type { Column } from '../table.ts'
import type { Split } from './random-split.ts'
import { timesOf } from './times.ts'

/**
 * The latest rows are the test rows. Rows are ordered by time; those of the same time keep their order.
 *
 * @param rows of the table that are split.
 * @throws JobError (bad_split) for a row without a time, or a text that is no date.
 */
export function timeSplit(column: Column, rows: Int32Array, testRows: number): Split {
  const times = timesOf(column, rows)
  const missing = times.findIndex(Number.isNaN)
  if (missing >= 0) {
    throw new JobError(
      'bad_split',
      `split.time_column ${quote(column.name)} has no value in data row ${rows[missing] + 1}: give every row a time.`,
    )
  }
  const order = rows.map((_, i) => i).sort((a, b) => times[a] - times[b] || a - b)
  return { train: order.slice(0, rows.length - testRows), test: order.slice(rows.length - testRows) }
}
