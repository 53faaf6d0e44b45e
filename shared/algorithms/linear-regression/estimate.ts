import type { FitEstimate, Shape } from '../estimate.ts'
import type { LinearRegressionParams } from './hyperparameters.ts'

/** Bytes of a row that a regression was measured to take besides, most of it while it is evaluated. */
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

/** Some of the rows, and the residuals beside a column. */
export function estimateFromDisk(shape: Shape, params: LinearRegressionParams): FitEstimate {
  const whole = estimate(shape, params)
  return { ...whole, bytes: whole.bytes + 24 * shape.rows }
}
