import type { FitEstimate, Shape } from '../estimate.ts'

/**
 * The rows in the kernel's blocks (doubles), and twenty vectors of the coefficients: L-BFGS keeps ten pairs. `max_iter` is
 * a limit, not an amount: a fit ends when it has converged, so it costs nothing here.
 */
export function estimate({ rows, columns, classCount }: Shape): FitEstimate {
  const coefficients = (columns + 1) * (classCount === 2 ? 1 : classCount)
  return {
    bytes: 8 * rows * columns + 20 * 8 * coefficients,
    modelBytes: 8 * coefficients,
    seconds: 0,
  }
}
