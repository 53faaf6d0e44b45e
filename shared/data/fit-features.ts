import { encodeFeature } from './encode-feature.ts'
import { fitFeature } from './fit-feature.ts'
import { column, type Matrix, zeros } from './matrix.ts'
import { findCategories, fitOneHot } from './one-hot.ts'
import type { Feature } from './preparation.ts'
import type { Column } from './table.ts'

/** How text columns become numbers. */
export const encodings = ['label', 'one_hot'] as const
export type Encoding = (typeof encodings)[number]

export type FeatureOptions = {
  /** For algorithms that handle missing values: NaN stays NaN. */
  readonly keepMissing: boolean
  /** `label` by default, as the original worker. */
  readonly encoding?: Encoding | null
  /** Called with the size of the training matrix before its memory is taken. */
  checkShape?(shape: { readonly rows: number; readonly columns: number }): void
}

/** Rows of the table by their index: those with a target, and of these those that train and those that test. */
type Rows = { readonly all: Int32Array; readonly train: Int32Array; readonly test: Int32Array }

type FittedFeatures = {
  readonly features: readonly Feature[]
  readonly train: Matrix
  readonly test: Matrix
  readonly warnings: readonly string[]
}

/**
 * Fits the encoding and the scaling of every feature, and encodes the training and the test rows.
 *
 * @param columns are removed one by one.
 * @throws JobError (bad_features) for a column that cannot be learned from.
 */
export function fitFeatures(columns: Column[], rows: Rows, options: FeatureOptions): FittedFeatures {
  const { encoding, keepMissing } = options
  const plans = columns.map((source) =>
    encoding === 'one_hot' && source.kind === 'text' ? findCategories(source, rows.train) : undefined,
  )
  const width = plans.reduce((sum, plan) => sum + (plan?.width ?? 1), 0)
  options.checkShape?.({ rows: rows.train.length, columns: width })
  const train = zeros(rows.train.length, width)
  const test = zeros(rows.test.length, width)
  const features: Feature[] = []
  const warnings: string[] = []
  let first = 0
  for (let source = columns.shift(); source !== undefined; source = columns.shift()) {
    const plan = plans[features.length]
    const { feature, warning } = plan
      ? fitOneHot(plan, train, first)
      : fitFeature(source, rows, keepMissing, column(train, first))
    encodeFeature(feature, source, rows.test, test, first)
    features.push(feature)
    first += plan?.width ?? 1
    if (warning !== undefined) warnings.push(warning)
  }
  return { features, train, test, warnings }
}
