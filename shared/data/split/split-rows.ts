import { JobError } from '../../errors/job-error.ts'
import { list, quote } from '../../errors/sentences.ts'
import { nameHint } from '../name-hint.ts'
import type { Column } from '../table.ts'
import { groupSplit } from './group-split.ts'
import type { SplitOptions } from './options.ts'
import { orderedSplit, randomSplit, type Split } from './random-split.ts'
import { stratifiedSplit } from './stratified-split.ts'
import { testCount } from './test-rows.ts'
import { timeSplit } from './time-split.ts'

/** The original worker's: `train_test_split(test_size=0.2, random_state=42)`. */
const DEFAULT_TEST_SIZE = 0.2
export const DEFAULT_SEED = 42

type Rows = {
  /** The rows of the table that have a target, ascending. */
  readonly rows: Int32Array
  readonly columns: readonly Column[]
  /** What `stratify` goes by; undefined where the target has no classes. */
  readonly target?: { readonly classes: Int32Array; readonly labels: readonly (string | number)[] }
}

/**
 * The rows for training and those for the test, as rows of the table.
 *
 * @throws JobError (bad_split) where the rows cannot be split so.
 */
export function splitRows(given: Rows, options: SplitOptions = {}): Split {
  const { rows } = given
  const { train, test } = splitIndices(given, options)
  return { train: train.map((i) => rows[i]), test: test.map((i) => rows[i]) }
}

function splitIndices({ rows, columns, target }: Rows, options: SplitOptions): Split {
  const testSize = options.test_size ?? DEFAULT_TEST_SIZE
  const seed = options.random_state ?? DEFAULT_SEED
  if (typeof options.group_column === 'string') {
    return groupSplit(find(columns, 'group_column', options.group_column), rows, testSize, seed)
  }
  const testRows = testCount(rows.length, testSize, 'row')
  if (typeof options.time_column === 'string') {
    return timeSplit(find(columns, 'time_column', options.time_column), rows, testRows)
  }
  if (options.shuffle === false) return orderedSplit(rows.length, testRows)
  if (options.stratify !== true) return randomSplit(rows.length, testRows, seed)
  if (target === undefined) throw notStratified()
  const classes = rows.map((row) => target.classes[row])
  return stratifiedSplit(classes, target.labels, testRows, seed)
}

/** Of a regression that is to be split by classes. */
export const notStratified = () =>
  new JobError('bad_split', 'split.stratify needs a target of classes: leave it out for regression.')

function find(columns: readonly Column[], option: keyof SplitOptions, name: string): Column {
  const found = columns.find((column) => column.name === name)
  if (found !== undefined) return found
  const names = columns.map((column) => column.name)
  throw new JobError(
    'bad_split',
    `split.${option} is ${quote(name)}, but the dataset has no such column${nameHint(name, names)}: its columns are ${list(names, 12)}.`,
  )
}
