/** The target of a task, split into training rows and test rows. */
import { JobError } from '../errors/job-error.ts'
import { plural, quote } from '../errors/sentences.ts'
import { encodeDefaultTarget } from './default-target.ts'
import { missingTargetWarning, rowsWithNumber } from './missing-values.ts'
import type { Preparation } from './preparation.ts'
import type { Split } from './split/random-split.ts'
import type { Column } from './table.ts'
import { encodeTarget, knownClasses, MIN_ROWS, unknownClassesWarning } from './target.ts'
import type { Task } from './task.ts'

/** Per row: the index of a class, or a number. */
export type TargetValues = { readonly classification: Int32Array; readonly regression: Float64Array }

/** Splits the rows that have a target; by its classes, where they are to be stratified. */
export type SplitByTarget = (
  rows: Int32Array,
  target?: { readonly classes: Int32Array; readonly labels: readonly (string | number)[] },
) => Split

export type SplitTarget<T extends Task> = {
  readonly target: Preparation<T>['target']
  /** The table's rows that have a target. */
  readonly rows: Int32Array
  readonly train: { readonly rows: Int32Array; readonly target: TargetValues[T] }
  readonly test: { readonly rows: Int32Array; readonly target: TargetValues[T] }
  /** Sentences for the sender. */
  readonly warnings: readonly string[]
}

/**
 * The target's classes, of the training rows: a model knows no others. In the test rows -1 is a class that it does not know.
 *
 * @param columns of the dataset, the target among them.
 * @param isDefault whether the target is the last column because no other was named.
 * @throws JobError (bad_target) for a target that is not one of classes.
 */
export function splitClasses(
  column: Column,
  columns: readonly Column[],
  isDefault: boolean,
  split: SplitByTarget,
): SplitTarget<'classification'> {
  const { target, classes, rows } = isDefault ? encodeDefaultTarget(column, columns) : encodeTarget(column)
  const { train, test } = split(rows, { classes, labels: target.classes })
  const { known, knownIndex, unknown } = knownClasses(target, train, classes)
  const classOf = (row: number) => knownIndex[classes[row]]
  const missing = classes.length - rows.length
  return {
    target: known,
    rows,
    train: { rows: train, target: train.map(classOf) },
    test: { rows: test, target: test.map(classOf) },
    warnings: [
      ...(missing > 0 ? [missingTargetWarning(missing, target.name)] : []),
      ...(unknown.length > 0 ? [unknownClassesWarning(unknown)] : []),
    ],
  }
}

/**
 * The target's numbers; true and false are 1 and 0.
 *
 * @throws JobError (bad_target) for a target that is no column of finite numbers, or has too few or one alone.
 */
export function splitNumbers(
  column: Column,
  _columns: readonly Column[],
  _isDefault: boolean,
  split: SplitByTarget,
): SplitTarget<'regression'> {
  const { name } = column
  if (column.kind === 'text') {
    throw new JobError(
      'bad_target',
      `The target column ${quote(name)} holds text (${quote(column.categories[0])} for one), and a regression predicts numbers: choose a column of numbers as target_column, or send "task": "classification".`,
    )
  }
  const { values, dtype } = column
  const rows = rowsWithNumber(values)
  checkNumbers(name, values, rows)
  const { train, test } = split(rows)
  const missing = values.length - rows.length
  return {
    target: { name, dtype },
    rows,
    train: { rows: train, target: Float64Array.from(train, (row) => values[row]) },
    test: { rows: test, target: Float64Array.from(test, (row) => values[row]) },
    warnings: missing > 0 ? [missingTargetWarning(missing, name)] : [],
  }
}

function checkNumbers(name: string, values: Float64Array, rows: Int32Array): void {
  const column = `The target column ${quote(name)}`
  if (rows.length === 0) {
    throw new JobError('bad_target', `${column} has no values: choose another target_column.`)
  }
  const infinite = rows.find((row) => !Number.isFinite(values[row]))
  if (infinite !== undefined) {
    throw new JobError(
      'bad_target',
      `${column} has an infinite or too large number in data row ${infinite + 1}: replace it by a finite number, or leave it empty to leave the row out.`,
    )
  }
  if (rows.length < MIN_ROWS) {
    throw new JobError(
      'bad_target',
      `The dataset has ${plural(rows.length, 'row')} with a target: at least ${MIN_ROWS} are needed to train and test.`,
    )
  }
  if (rows.every((row) => values[row] === values[rows[0]])) {
    throw new JobError(
      'bad_target',
      `${column} has the same number, ${values[rows[0]]}, in every row: there is nothing to learn, so choose another target_column.`,
    )
  }
}
