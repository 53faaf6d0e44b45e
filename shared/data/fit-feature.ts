import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import { categoriesOf } from './categories.ts'
import { codesOf } from './encode-feature.ts'
import { float32Decimals } from './float32-decimals.ts'
import { missingNumberWarning, missingTextWarning } from './missing-values.ts'
import type { Feature } from './preparation.ts'
import { fitScaler } from './standard-scaler.ts'
import type { Column, NumberColumn, TextColumn } from './table.ts'

type Fitted = {
  readonly feature: Feature
  /** A sentence for the sender. */
  readonly warning?: string
}

/** Rows of the table by their index. */
type Rows = {
  readonly all: Int32Array
  readonly train: Int32Array
}

/**
 * Fits a feature's encoding and scaling, and writes the scaled feature of the training rows to `out`.
 *
 * @throws JobError (bad_features) for infinite numbers, or numbers too large to be scaled.
 */
export function fitFeature(source: Column, rows: Rows, keepMissing: boolean, out: Float64Array): Fitted {
  return source.kind === 'text' ? fitText(source, rows, out) : fitNumber(source, rows, keepMissing, out)
}

function fitText(source: TextColumn, rows: Rows, out: Float64Array): Fitted {
  const { name } = source
  const { categories, codes: all } = categoriesOf(source, rows.all)
  const missing = all.reduce((count, code) => count + (code < 0 ? 1 : 0), 0)
  const unscaled = { kind: 'text' as const, name, categories, missingSeen: missing > 0, mean: 0, scale: 1 }
  const codes = codesOf(unscaled, source, rows.train)
  out.set(codes)
  const { mean, scale } = fitScaler(out)
  for (let i = 0; i < out.length; i++) out[i] = (out[i] - mean) / scale
  const feature = { ...unscaled, mean, scale }
  return missing > 0 ? { feature, warning: missingTextWarning(missing, name) } : { feature }
}

function fitNumber(source: NumberColumn, rows: Rows, keepMissing: boolean, out: Float64Array): Fitted {
  const { name, dtype, values } = source
  checkFinite(source)
  for (let i = 0; i < out.length; i++) out[i] = values[rows.train[i]]
  let { mean, scale } = fitScaler(out)
  if (Number.isNaN(mean)) {
    mean = 0
    scale = 1
  }
  const missing = rows.all.reduce((count, row) => count + (Number.isNaN(values[row]) ? 1 : 0), 0)
  const impute = keepMissing ? null : mean
  if (missing > 0 && impute !== null) {
    for (let i = 0; i < out.length; i++)
      if (Number.isNaN(out[i]))
        out[i] = impute
        // In the last bits the mean is another one.
    ;({ mean, scale } = fitScaler(out))
  }
  if (!Number.isFinite(mean) || !Number.isFinite(scale)) {
    throw new JobError(
      'bad_features',
      `The column ${quote(name)} has numbers so large that their mean or variance cannot be computed: divide them all by the same number, or leave the column out.`,
    )
  }
  for (let i = 0; i < out.length; i++) out[i] = (out[i] - mean) / scale
  const decimals = float32Decimals(values, rows.all)
  const feature = {
    kind: 'number' as const,
    name,
    dtype,
    impute,
    ...(decimals !== undefined && { decimals }),
    mean,
    scale,
    ...rangeOf(values, rows.all),
    missingSeen: missing > 0,
  }
  if (missing === 0) return { feature }
  return { feature, warning: missingNumberWarning(missing, feature, rows.all.length) }
}

/** The smallest and the largest value of the rows; nothing where all are missing. */
function rangeOf(values: Float64Array, rows: Int32Array): { minimum?: number; maximum?: number } {
  let minimum = Number.POSITIVE_INFINITY
  let maximum = Number.NEGATIVE_INFINITY
  for (const row of rows) {
    if (values[row] < minimum) minimum = values[row]
    if (values[row] > maximum) maximum = values[row]
  }
  return minimum <= maximum ? { minimum, maximum } : {}
}

function checkFinite({ name, values }: NumberColumn): void {
  const row = values.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY)
  if (row >= 0) {
    throw new JobError(
      'bad_features',
      `The column ${quote(name)} has an infinite or too large number in data row ${row + 1}: replace it by a finite number or leave it empty.`,
    )
  }
}
