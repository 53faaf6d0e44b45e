import type { FitEstimate, Shape } from '../estimate.ts'
import type { LinearRegressionParams } from './hyperparameters.ts'

/** Further bytes per row, as measured, most of them while the model is evaluated. */
const EVALUATED_ROW_BYTES = 200

/**
 * The products of every two features, and, of a penalty that needs them, their factors. `max_iter` is a limit, not an
 * amount.
 */
export function estimate({ rows, columns }: Shape, { penalty }: LinearRegressionParams): FitEstimate {
  const matrices = penalty === null || penalty === 'l2' ? 3 : 2
  const bytes = 8 * matrices * columns * columns
  return { bytes, likelyBytes: bytes + EVALUATED_ROW_BYTES * rows, modelBytes: 8 * columns, seconds: 0 }
}

/** As `estimate`, for features in a file: a chunk of the rows, and a column with the residuals. */
export function estimateFromDisk(shape: Shape, params: LinearRegressionParams): FitEstimate {
  const whole = estimate(shape, params)
  return { ...whole, bytes: whole.bytes + 24 * shape.rows }
}
