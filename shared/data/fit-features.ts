import { encodeFeature } from './encode-feature.ts'
import type { EncodingTarget } from './encoding-target.ts'
import type { FeatureStore } from './feature-store.ts'
import { fitFeature } from './fit-feature.ts'
import { findCategories } from './found-categories.ts'
import { column, type Matrix } from './matrix.ts'
import { fitOneHot, oneHotWidth } from './one-hot.ts'
import type { Feature } from './preparation.ts'
import type { Column } from './table.ts'
import { fitTargetMean } from './target-mean.ts'

/** How text columns become numbers. `native` is `label`, and the algorithm splits the codes as categories without an order. */
export const encodings = ['label', 'one_hot', 'target', 'native'] as const
export type Encoding = (typeof encodings)[number]

export type FeatureOptions = {
  /** For algorithms that handle missing values: NaN stays NaN. */
  readonly keepMissing: boolean
  /** `label` by default, as the original worker. */
  readonly encoding?: Encoding | null
  /** The target of the training rows, for `target`. */
  encodingTarget?(): EncodingTarget
  /** Called with the size of the training matrix before its memory is taken. */
  checkShape?(shape: FeatureShape): void
}

export type FeatureShape = {
  readonly rows: number
  readonly columns: number
  /** Of the table: rows with a target, and columns that are features. */
  readonly allRows: number
  readonly tableColumns: number
  /** The most columns of the matrix that one column of the table has. */
  readonly widest: number
}

/** Rows of the table by their index: those with a target, and of these those that train and those that test. */
type Rows = { readonly all: Int32Array; readonly train: Int32Array; readonly test: Int32Array }

type FittedFeatures<F> = {
  readonly features: readonly Feature[]
  readonly train: F
  readonly test: F
  readonly warnings: readonly string[]
}

/**
 * Fits the encoding and the scaling of every feature, and encodes the training and the test rows.
 *
 * @param columns are removed one by one.
 * @throws JobError (bad_features) for a column that cannot be learned from.
 */
export function fitFeatures<F>(
  columns: Column[],
  rows: Rows,
  options: FeatureOptions,
  store: FeatureStore<F>,
): FittedFeatures<F> {
  const plans = columns.map((source) => planOf(source, rows, options))
  const width = plans.reduce((sum, plan) => sum + plan.width, 0)
  const widest = plans.reduce((most, plan) => Math.max(most, plan.width), 0)
  const table = { allRows: rows.all.length, tableColumns: columns.length }
  options.checkShape?.({ rows: rows.train.length, columns: width, ...table, widest })
  const train = store('train', rows.train.length, width)
  const test = store('test', rows.test.length, width)
  const features: Feature[] = []
  const warnings: string[] = []
  let first = 0
  for (let source = columns.shift(); source !== undefined; source = columns.shift()) {
    const plan = plans[features.length]
    const trained = train.take(first, plan.width)
    const { feature, warning } = plan.fit(trained, 0)
    train.put(first, trained)
    const tested = test.take(first, plan.width)
    encodeFeature(feature, source, rows.test, tested, 0)
    test.put(first, tested)
    features.push(feature)
    first += plan.width
    if (warning !== undefined) warnings.push(warning)
  }
  return { features, train: train.finish(), test: test.finish(), warnings }
}

/** How many columns of the matrix a raw column needs, and what fits them and writes the training rows. */
type Plan = {
  readonly width: number
  fit(train: Matrix, first: number): { readonly feature: Feature; readonly warning?: string }
}

function planOf(source: Column, rows: Rows, { encoding, keepMissing, encodingTarget }: FeatureOptions): Plan {
  if (source.kind === 'text' && encoding === 'one_hot') {
    const found = findCategories(source, rows.train)
    return { width: oneHotWidth(found), fit: (train, first) => fitOneHot(found, train, first) }
  }
  if (source.kind === 'text' && encoding === 'target' && encodingTarget !== undefined) {
    const target = encodingTarget()
    return {
      width: target.columns.length,
      fit: (train, first) => fitTargetMean(findCategories(source, rows.train), target, train, first),
    }
  }
  return { width: 1, fit: (train, first) => fitFeature(source, rows, keepMissing, column(train, first)) }
}
