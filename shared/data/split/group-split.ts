import { JobError } from '../../errors/job-error.ts'
import { plural, quote } from '../../errors/sentences.ts'
import type { Column } from '../table.ts'
import { randomSplit, type Split } from './random-split.ts'
import { testCount } from './test-rows.ts'

/**
 * scikit-learn's `GroupShuffleSplit`: a share of the groups is drawn for the test, and the rows of one group stay on one
 * side, in their order.
 *
 * @param rows of the table that are split.
 * @throws JobError (bad_split) for a row without a group, or fewer than two groups.
 */
export function groupSplit(column: Column, rows: Int32Array, testSize: number, seed: number): Split {
  const { groups, groupCount } = numberGroups(column, rows, 'split')
  if (groupCount < 2) {
    throw new JobError(
      'bad_split',
      `split.group_column ${quote(column.name)} has only ${plural(groupCount, 'group')}: two are needed, one to train and one to test.`,
    )
  }
  const chosen = randomSplit(groupCount, testCount(groupCount, testSize, 'group'), seed)
  const isTested = new Uint8Array(groupCount)
  for (const group of chosen.test) isTested[group] = 1
  const order = rows.map((_, i) => i)
  return {
    train: order.filter((i) => isTested[groups[i]] === 0),
    test: order.filter((i) => isTested[groups[i]] === 1),
  }
}

/**
 * Per row its group, numbered from 0 in the sorted order of the groups' values.
 *
 * @param field of the message that names the column.
 * @throws JobError (bad_split) for a row without a group.
 */
export function numberGroups(
  column: Column,
  rows: Int32Array,
  field: 'split' | 'cv',
): { groups: Int32Array; groupCount: number } {
  const values = column.kind === 'text' ? column.codes : column.values
  const isMissing = (value: number) => (column.kind === 'text' ? value < 0 : Number.isNaN(value))
  const found = new Set<number>()
  for (const row of rows) {
    if (isMissing(values[row])) {
      throw new JobError(
        'bad_split',
        `${field}.group_column ${quote(column.name)} has no value in data row ${row + 1}: give every row a group.`,
      )
    }
    found.add(values[row])
  }
  const sorted = Array.from(found).sort((a, b) => a - b)
  const groupOf = new Map(sorted.map((value, group) => [value, group]))
  return { groups: rows.map((row) => groupOf.get(values[row]) ?? 0), groupCount: sorted.length }
}
