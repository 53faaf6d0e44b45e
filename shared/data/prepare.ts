import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import { encodeDefaultTarget } from './default-target.ts'
import { type FeatureOptions, fitFeatures } from './fit-features.ts'
import type { Matrix } from './matrix.ts'
import { missingTargetWarning } from './missing-values.ts'
import type { Preparation } from './preparation.ts'
import { type SplitOptions, splitColumns } from './split/options.ts'
import type { Split } from './split/random-split.ts'
import { splitRows } from './split/split-rows.ts'
import type { Column, OwnedTable, Table } from './table.ts'
import { encodeTarget, findTarget, knownClasses, unknownClassesWarning } from './target.ts'

export type Prepared = {
  /** Its target has the classes of the training rows: a model knows no others. */
  readonly preparation: Preparation
  readonly train: { readonly features: Matrix; readonly target: Int32Array }
  /** The target has the indices of the same classes; -1 is a class that no training row has. */
  readonly test: { readonly features: Matrix; readonly target: Int32Array; readonly rows: Int32Array }
  /** Sentences for the sender. */
  readonly warnings: readonly string[]
}

type Options = Omit<FeatureOptions, 'checkShape'> & {
  /** Called with the shape of the training data before its memory is taken. */
  checkShape?(shape: { readonly rows: number; readonly columns: number; readonly classCount: number }): void
  /** The target column's name; the last column by default. */
  readonly target?: string | null
  /** The original worker's split by default. */
  readonly split?: SplitOptions | null
  /** The row from which the table's rows are the test rows, instead of a split. */
  readonly testFrom?: number
  /** The only features, where the sender chose them: a column that splits the rows can be one of them. */
  readonly featureColumns?: readonly string[] | null
}

/** A dataset of 10,000 columns could cause as many. */
const MAX_WARNINGS = 20

/**
 * The original worker's preparation: text columns and target label-encoded in sorted order, rows split as
 * `train_test_split(test_size=0.2, random_state=42)` does unless told otherwise, features scaled by a StandardScaler fitted on the training rows.
 * Missing values are treated as missing-values.ts says.
 *
 * @throws JobError when the table cannot train a classifier.
 */
export function prepare(table: Table, options: Options): Prepared {
  return prepareColumns(table.rows, [...table.columns], options)
}

/**
 * The same, but each column is removed from the table before it is copied, so that the table and the matrices do not
 * fill the memory together. Afterwards the table has no columns: whatever else is to be read of it is read before.
 */
export function prepareAndRelease(table: OwnedTable, options: Options): Prepared {
  return prepareColumns(table.rows, table.columns, options)
}

/** @param columns are removed one by one. */
function prepareColumns(rowCount: number, columns: Column[], options: Options): Prepared {
  checkShape(rowCount, columns)
  const warnings: string[] = []
  const targetColumn = findTarget(columns, options.target)
  const isDefault = options.target === null || options.target === undefined
  const { target, classes, rows } = isDefault
    ? encodeDefaultTarget(targetColumn, columns)
    : encodeTarget(targetColumn)
  if (rows.length < rowCount) {
    warnings.push(missingTargetWarning(rowCount - rows.length, target.name))
  }
  const { train: trainRows, test: testRows } = splitTable(
    columns,
    rows,
    { classes, labels: target.classes },
    options,
  )
  const { known, knownIndex, unknown } = knownClasses(target, trainRows, classes)
  if (unknown.length > 0) warnings.push(unknownClassesWarning(unknown))

  removeAll(columns, [targetColumn.name, ...onlyForSplit(options)])
  if (columns.length === 0) throw noFeature(target.name)
  const fitted = fitFeatures(
    columns,
    { all: rows, train: trainRows, test: testRows },
    {
      ...options,
      checkShape: (shape) => options.checkShape?.({ ...shape, classCount: known.classes.length }),
    },
  )
  return {
    preparation: { features: [...fitted.features], target: known },
    train: { features: fitted.train, target: trainRows.map((row) => knownIndex[classes[row]]) },
    test: { features: fitted.test, target: testRows.map((row) => knownIndex[classes[row]]), rows: testRows },
    warnings: firstWarnings([...warnings, ...fitted.warnings]),
  }
}

function splitTable(
  columns: readonly Column[],
  rows: Int32Array,
  target: { classes: Int32Array; labels: readonly (string | number)[] },
  { split, testFrom }: Options,
): Split {
  if (testFrom === undefined) return splitRows({ rows, columns, target }, split ?? {})
  return { train: rows.filter((row) => row < testFrom), test: rows.filter((row) => row >= testFrom) }
}

/** The columns that split the rows and are no features. */
function onlyForSplit({ split, featureColumns }: Options): string[] {
  return splitColumns(split).filter((name) => !featureColumns?.includes(name))
}

function removeAll(columns: Column[], names: readonly string[]): void {
  for (const name of names) {
    const j = columns.findIndex((column) => column.name === name)
    if (j >= 0) columns.splice(j, 1)
  }
}

function noFeature(target: string): JobError {
  return new JobError(
    'bad_features',
    `No feature is left beside the target ${quote(target)} and the columns that split the rows: at least one is needed.`,
  )
}

function checkShape(rows: number, columns: readonly Column[]): void {
  if (rows === 0) {
    throw new JobError('dataset_empty', 'The dataset has a header but no rows: it needs rows to train on.')
  }
  if (columns.length >= 2) return
  const only = columns[0]?.name ?? ''
  const separator = [';', '\t', '|'].find((mark) => only.includes(mark))
  const hint =
    separator === undefined ? '' : `, and a comma (not ${JSON.stringify(separator)}) between the fields`
  throw new JobError(
    'bad_features',
    `The dataset has only one column, ${quote(only)}: it needs at least one feature beside the target${hint}.`,
  )
}

function firstWarnings(warnings: readonly string[]): string[] {
  if (warnings.length <= MAX_WARNINGS) return [...warnings]
  const kept = warnings.slice(0, MAX_WARNINGS - 1)
  return [...kept, `${warnings.length - kept.length} more warnings like these were left out.`]
}
