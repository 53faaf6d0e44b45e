import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import { type DateFeature, expandDates } from './dates.ts'
import { encodingTarget } from './encoding-target.ts'
import { type FeatureStore, inMemory } from './feature-store.ts'
import { type FeatureOptions, type FeatureShape, fitFeatures } from './fit-features.ts'
import type { Matrix } from './matrix.ts'
import { hasClasses, type Preparation } from './preparation.ts'
import { sampleWeights } from './sample-weights.ts'
import { type CrossValidationOptions, foldColumns, foldsOf } from './split/cross-validation.ts'
import { rowsOfFold } from './split/folds.ts'
import { type SplitOptions, splitColumns } from './split/options.ts'
import type { Split } from './split/random-split.ts'
import { type RowSample, sampleRows } from './split/sample-rows.ts'
import { splitRows } from './split/split-rows.ts'
import {
  type SplitByTarget,
  type SplitTarget,
  splitClasses,
  splitNumbers,
  type TargetValues,
} from './split-target.ts'
import type { Column, OwnedTable, Table } from './table.ts'
import { findTarget } from './target.ts'
import type { Task } from './task.ts'

/** `F` is how the features are kept: a matrix in memory, or another one. */
export type Prepared<T extends Task = 'classification', F = Matrix> = {
  readonly task: T
  readonly preparation: Preparation<T>
  readonly train: {
    readonly features: F
    readonly target: TargetValues[T]
    /** Per row how much it counts; absent: 1. */
    readonly weights?: Float64Array
  }
  /** Of a classification, -1 is a class that no training row has, and that the model does not know. */
  readonly test: {
    readonly features: F
    readonly target: TargetValues[T]
    readonly rows: Int32Array
  }
  /** Sentences for the sender. */
  readonly warnings: readonly string[]
}

/** Data of either task. */
export type AnyPrepared<F = Matrix> = { [T in Task]: Prepared<T, F> }[Task]

export type PrepareOptions = Omit<FeatureOptions, 'checkShape' | 'encodingTarget'> & {
  /** Called with the shape of the training data before its memory is taken. A regression has the class count 1. */
  checkShape?(shape: FeatureShape & { readonly classCount: number }): void
  /** The target column's name; the last column by default. */
  readonly target?: string | null
  /** The original worker's split by default. */
  readonly split?: SplitOptions | null
  /** The row from which the table's rows are the test rows, instead of a split. */
  readonly testFrom?: number
  /** One fold of a cross-validation: its rows alone are prepared, fitted on those that train in it. */
  readonly fold?: {
    readonly of: CrossValidationOptions
    readonly index: number
    /** Of its rows, those that train and those that test. */
    readonly sample?: RowSample | undefined
  }
  /** The cross-validation of the job, whose columns are no features. */
  readonly crossValidation?: CrossValidationOptions | null
  /** The column of the rows' weights, which is no feature. */
  readonly weightColumn?: string | null
  /** The columns of dates, whose parts are features in their place. */
  readonly dates?: readonly DateFeature[]
  /** The only features, where the sender chose them: a column that splits the rows can be one of them. */
  readonly featureColumns?: readonly string[] | null
}

/** A dataset of 10,000 columns could cause as many. */
const MAX_WARNINGS = 20

/**
 * The original worker's preparation: text columns and the classes of the target label-encoded in sorted order, rows split
 * as `train_test_split(test_size=0.2, random_state=42)` does unless told otherwise, features scaled by a StandardScaler
 * fitted on the training rows.
 * Missing values are treated as missing-values.ts says.
 *
 * @throws JobError when the table cannot train a classifier.
 */
export function prepare(table: Table, options: PrepareOptions): Prepared {
  return prepareColumns('classification', splitClasses, table.rows, [...table.columns], options, inMemory)
}

/** The same for a regression: the target's numbers stay as they are. */
export function prepareRegression(table: Table, options: PrepareOptions): Prepared<'regression'> {
  return prepareColumns('regression', splitNumbers, table.rows, [...table.columns], options, inMemory)
}

/**
 * Prepares for either task, but each column is removed from the table before it is copied, so that the table and the
 * matrices do not fill the memory together. Afterwards the table has no columns: whatever else is to be read of it is read
 * before.
 */
export function prepareAndRelease(
  table: OwnedTable,
  options: PrepareOptions & { readonly task: Task },
): AnyPrepared {
  return prepareInto(inMemory, table, options)
}

/** The same, with the features kept where `store` puts them. */
export function prepareInto<F>(
  store: FeatureStore<F>,
  table: OwnedTable,
  options: PrepareOptions & { readonly task: Task },
): AnyPrepared<F> {
  return options.task === 'regression'
    ? prepareColumns('regression', splitNumbers, table.rows, table.columns, options, store)
    : prepareColumns('classification', splitClasses, table.rows, table.columns, options, store)
}

/** @param columns are removed one by one. */
function prepareColumns<T extends Task, F>(
  task: T,
  splitTarget: (
    target: Column,
    columns: readonly Column[],
    isDefault: boolean,
    split: SplitByTarget,
  ) => SplitTarget<T>,
  rowCount: number,
  columns: Column[],
  options: PrepareOptions,
  store: FeatureStore<F>,
): Prepared<T, F> {
  checkShape(rowCount, columns)
  const targetColumn = findTarget(columns, options.target)
  const isDefault = options.target === null || options.target === undefined
  const split: SplitByTarget = (rows, classes) => splitTable(columns, rows, classes, options)
  const { target, rows, train, test, warnings } = splitTarget(targetColumn, columns, isDefault, split)

  const { weightColumn } = options
  const weights = weightColumn ? sampleWeights(columns, weightColumn, train.rows) : undefined
  const { dates = [] } = options
  removeAll(columns, [targetColumn.name, ...onlyForSplit(options), ...(weightColumn ? [weightColumn] : [])])
  expandDates(columns, dates)
  if (columns.length === 0) throw noFeature(target.name)
  const classCount = hasClasses(target) ? target.classes.length : 1
  const fitted = fitFeatures(
    columns,
    { all: options.fold === undefined ? rows : train.rows, train: train.rows, test: test.rows },
    {
      ...options,
      encodingTarget: once(() => encodingTarget(target, train.target)),
      checkShape: (shape) => options.checkShape?.({ ...shape, classCount }),
    },
    store,
  )
  return {
    task,
    preparation: { features: fitted.features, target, ...(dates.length > 0 && { dates }) },
    train: { features: fitted.train, target: train.target, ...(weights && { weights }) },
    test: { features: fitted.test, ...test },
    warnings: firstWarnings([...warnings, ...fitted.warnings]),
  }
}

/** Calls the function when its value is needed, and never again. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function splitTable(
  columns: readonly Column[],
  rows: Int32Array,
  target: Parameters<SplitByTarget>[1],
  { split, testFrom, fold }: PrepareOptions,
): Split {
  const whole =
    testFrom === undefined
      ? splitRows({ rows, columns, target }, split ?? {})
      : { train: rows.filter((row) => row < testFrom), test: rows.filter((row) => row >= testFrom) }
  if (fold === undefined) return whole
  const foldOf = foldsOf({ rows: whole.train, columns, classes: target?.classes }, fold.of)
  const { train, test } = rowsOfFold(foldOf, fold.index)
  const { sample } = fold
  const rowsOf = (part: Int32Array) => (sample ? sampleRows(part, sample) : part).map((i) => whole.train[i])
  return { train: rowsOf(train), test: rowsOf(test) }
}

/** The columns that split the rows and are no features. */
function onlyForSplit({ split, crossValidation, featureColumns, dates }: PrepareOptions): string[] {
  const names = [...splitColumns(split), ...foldColumns(crossValidation)]
  const isDate = (name: string) => dates?.some((date) => date.name === name)
  return names.filter((name) => !featureColumns?.includes(name) && !isDate(name))
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

/** @throws JobError for a table without rows, or without a feature beside the target. */
export function checkShape(rows: number, columns: readonly Column[]): void {
  if (rows === 0) {
    throw new JobError('dataset_empty', 'The dataset has a header but no rows: it needs rows to train on.')
  }
  if (columns.length >= 2) return
  const only = columns[0]?.name ?? ''
  const separator = [';', '\t', '|', '^', '~', ':', '&', '!', '#', '/'].find((mark) => only.includes(mark))
  const hint =
    separator === undefined
      ? ''
      : only.includes(separator + separator)
        ? `. If ${JSON.stringify(separator + separator)} stands between the fields, write one character in its place: only one can separate them`
        : `. If ${JSON.stringify(separator)} stands between the fields, send csv: {"delimiter": ${JSON.stringify(separator)}}`
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
