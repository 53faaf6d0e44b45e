import type { FitEstimate, Shape } from '../estimate.ts'
import type { LogisticRegressionParams } from './hyperparameters.ts'

/**
 * The rows in the kernel's blocks (doubles), and twenty vectors of the coefficients: L-BFGS keeps ten pairs; likely, the
 * probabilities of the rows as well, twice. `max_iter` is
 * a limit, not an amount: a fit ends when it has converged, so it costs nothing here.
 */
export function estimate({ rows, columns, classCount }: Shape): FitEstimate {
  const coefficients = (columns + 1) * (classCount === 2 ? 1 : classCount)
  const bytes = 8 * rows * columns + 20 * 8 * coefficients
  return {
    bytes,
    likelyBytes: bytes + 16 * rows * classCount,
    modelBytes: 8 * coefficients,
    seconds: 0,
  }
}

/** Each thread's chunk, a 64th of the rows, beside all targets. */
export function estimateFromDisk(
  shape: Shape,
  _params: LogisticRegressionParams,
  threads: number,
): FitEstimate {
  const { rows, columns } = shape
  const chunk = (8 * rows * (columns + 1)) / 64
  const { modelBytes, seconds } = estimate(shape)
  return { bytes: threads * chunk + 12 * rows + 20 * modelBytes, modelBytes, seconds }
}
