import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import { nameHint } from './name-hint.ts'
import type { Column } from './table.ts'

/**
 * How much each training row counts: the column that `sample_weight_column` of a message names.
 *
 * @param rows of the table, those that train.
 * @returns a weight per training row.
 * @throws JobError (bad_sample_weight) for a column that is not there, or has no finite number of at least 0 in one of the rows, or 0 alone.
 */
export function sampleWeights(columns: readonly Column[], name: string, rows: Int32Array): Float64Array {
  const field = `sample_weight_column is ${quote(name)}`
  const column = columns.find((each) => each.name === name)
  if (column === undefined) {
    const names = columns.map((each) => each.name)
    throw new JobError(
      'bad_sample_weight',
      `${field}, but the dataset has no such column${nameHint(name, names)}: name one that it has.`,
    )
  }
  if (column.kind === 'text') {
    throw new JobError(
      'bad_sample_weight',
      `${field}, which holds text (${quote(column.categories[0])} for one): name a column of numbers of at least 0.`,
    )
  }
  const { values } = column
  const bad = rows.find((row) => !(values[row] >= 0 && values[row] < Number.POSITIVE_INFINITY))
  if (bad !== undefined) {
    const value = Number.isNaN(values[bad]) ? 'no number' : String(values[bad])
    throw new JobError(
      'bad_sample_weight',
      `${field}, which has ${value} in data row ${bad + 1}: give each row a finite number of at least 0.`,
    )
  }
  if (rows.every((row) => values[row] === 0)) {
    throw new JobError(
      'bad_sample_weight',
      `${field}, which has 0 in all training rows: give some of them more.`,
    )
  }
  return Float64Array.from(rows, (row) => values[row])
}
