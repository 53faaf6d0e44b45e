/** How the training rows are divided for cross-validation: the field `cv` of a job's message. */
import { z } from 'zod'
import { JobError } from '../../errors/job-error.ts'
import { parseOptions } from '../../errors/parse-options.ts'
import { plural, quote } from '../../errors/sentences.ts'
import type { Column } from '../table.ts'
import { plainFolds, stratifiedFolds } from './folds.ts'
import { numberGroups } from './group-split.ts'

const folds = z.int().min(2).max(100)

/** By the names of scikit-learn's `StratifiedKFold`, but `folds` for `n_splits`. */
const foldingOptions = z.strictObject({
  folds: folds.describe('a whole number from 2 to 100'),
  shuffle: z.boolean().nullish().describe('true or false (default: false)'),
  random_state: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .nullish()
    .describe('a whole number from 0 to 4294967295, with shuffle (default: 42)'),
  group_column: z
    .string()
    .min(1)
    .max(1024)
    .nullish()
    .describe('the name of a column; rows of one group are in one fold'),
})
type FoldingOptions = z.infer<typeof foldingOptions>

export const crossValidationOptions = z.union([folds, foldingOptions])
export type CrossValidationOptions = z.infer<typeof crossValidationOptions>

const DEFAULT_SEED = 42

/** @throws JobError (bad_message) with a sentence that names the first option at fault. */
export function parseCrossValidation(given: unknown): void {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
  if (!isObject) return
  parseOptions(foldingOptions, given, {
    field: 'cv',
    example: '{"folds": 5, "shuffle": true}',
    otherNames: { n_splits: 'folds', k: 'folds', seed: 'random_state', groups: 'group_column' },
  })
}

/** @throws JobError (bad_message) for options that exclude each other. */
export function checkCrossValidation(options: CrossValidationOptions): void {
  const { shuffle, random_state, group_column } = optionsOf(options)
  if (typeof group_column === 'string' && shuffle === true) {
    throw new JobError(
      'bad_message',
      'cv.group_column cannot be given with cv.shuffle, because groups are dealt out by their size: leave out one or the other.',
    )
  }
  if (typeof random_state === 'number' && shuffle !== true) {
    throw new JobError(
      'bad_message',
      'cv.random_state is for cv.shuffle, which is not true: give both, or neither.',
    )
  }
}

const optionsOf = (options: CrossValidationOptions): FoldingOptions =>
  typeof options === 'number' ? { folds: options } : options

export const foldCount = (options: CrossValidationOptions): number => optionsOf(options).folds

/** The column that only tells how to divide: no feature, unless it is chosen as one. */
export function foldColumns(options: CrossValidationOptions | null | undefined): string[] {
  const column = options ? optionsOf(options).group_column : undefined
  return typeof column === 'string' ? [column] : []
}

type TrainingRows = {
  /** Rows of the table, in the order in which they train. */
  readonly rows: Int32Array
  readonly columns: readonly Column[]
  /** Per row of the table its class; undefined for a target of numbers. */
  readonly classes?: Int32Array | undefined
}

/**
 * The fold of each training row: by scikit-learn's `StratifiedKFold` where the target has classes, else by `KFold`, and by
 * `GroupKFold` where rows have groups.
 *
 * @returns per training row the fold in which it is a test row.
 * @throws JobError (bad_split) for fewer rows, rows of a class or groups than folds.
 */
export function foldsOf(
  { rows, columns, classes }: TrainingRows,
  options: CrossValidationOptions,
): Int32Array {
  const { folds, shuffle, random_state, group_column } = optionsOf(options)
  if (typeof group_column === 'string') {
    const column = columns.find(({ name }) => name === group_column)
    if (column === undefined) {
      throw new JobError(
        'bad_split',
        `cv.group_column is ${quote(group_column)}, but the dataset has no such column: name one that it has.`,
      )
    }
    return groupFolds(column, rows, folds)
  }
  const how = { folds, ...(shuffle === true && { seed: random_state ?? DEFAULT_SEED }) }
  if (classes === undefined) return plainFolds(rows.length, how)
  return stratifiedFolds(
    rows.map((row) => classes[row]),
    how,
  )
}

/** scikit-learn's `GroupKFold`: the largest group first, each into the fold that has the fewest rows. */
function groupFolds(column: Column, rows: Int32Array, folds: number): Int32Array {
  const { groups, groupCount } = numberGroups(column, rows, 'cv')
  if (groupCount < folds) {
    throw new JobError(
      'bad_split',
      `cv has ${folds} folds, and cv.group_column ${quote(column.name)} has ${plural(groupCount, 'group')} among the training rows: use fewer folds.`,
    )
  }
  const sizes = new Int32Array(groupCount)
  for (const group of groups) sizes[group]++
  // numpy's argsort, reversed: of groups of one size the last comes first.
  const order = Array.from(sizes, (_, group) => group).sort((a, b) => sizes[b] - sizes[a] || b - a)
  const filled = new Float64Array(folds)
  const foldOfGroup = new Int32Array(groupCount)
  for (const group of order) {
    const lightest = filled.indexOf(Math.min(...filled))
    filled[lightest] += sizes[group]
    foldOfGroup[group] = lightest
  }
  return groups.map((group) => foldOfGroup[group])
}
