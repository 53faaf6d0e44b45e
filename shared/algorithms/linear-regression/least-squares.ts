import { columnOf } from '../../disk/disk-matrix.ts'
import type { FitContext } from '../algorithm.ts'
import { cholesky, conditionOf, solveCholesky } from './cholesky.ts'
import type { Gram, Rows } from './gram.ts'
import { type Solution, solveBySingularValues } from './minimum-norm.ts'

/** Condition numbers of L: below the first the normal equations are used, above the second with corrections. */
const MAX_CONDITION = 1e6
const EXACT_CONDITION = 1e3
const MAX_CORRECTIONS = 10

/**
 * The coefficients that minimize |y - X w|² + ridge |w|², of the least norm where there are several.
 *
 * Well-conditioned problems are solved by the normal equations, and corrected by the residuals of the rows until they
 * are as exact as by an orthogonal factorization (Björck, "Numerical Methods for Least Squares Problems", 6.6). The
 * others are solved by singular values. Without a ridge, those below `tolerance` times the largest count as 0, as in
 * scikit-learn's LinearRegression.
 */
export async function leastSquares(
  rows: Rows,
  gram: Gram,
  ridge: number,
  tolerance: number,
  context: FitContext,
): Promise<Solution> {
  const { size } = gram
  const lower = cholesky(gram.products, size, ridge)
  const limit = ridge > 0 ? MAX_CONDITION : Math.min(MAX_CONDITION, 1 / tolerance)
  const condition = lower === undefined ? Number.POSITIVE_INFINITY : conditionOf(lower, size)
  if (lower === undefined || !(condition < limit)) {
    return solveBySingularValues(rows, ridge, tolerance, context)
  }
  const coefficients = solveCholesky(lower, size, gram.withTarget)
  if (condition > EXACT_CONDITION) correct(rows, lower, coefficients, ridge)
  return { coefficients, rank: size }
}

/**
 * Iterative refinement: adds the solution for the remaining residuals until it no longer changes the coefficients.
 */
function correct(rows: Rows, lower: Float64Array, coefficients: Float64Array, ridge: number): void {
  for (let n = 0; n < MAX_CORRECTIONS; n++) {
    const step = solveCholesky(lower, coefficients.length, descent(rows, coefficients, ridge))
    let largest = 0
    let change = 0
    for (let j = 0; j < coefficients.length; j++) {
      coefficients[j] += step[j]
      largest = Math.max(largest, Math.abs(coefficients[j]))
      change = Math.max(change, Math.abs(step[j]))
    }
    if (change <= 4 * Number.EPSILON * largest) return
  }
}

/** Xᵀ (y - X w) - ridge w, from the rows themselves. */
function descent(
  { features, target, means, targetMean }: Rows,
  coefficients: Float64Array,
  ridge: number,
): Float64Array {
  const { rows, columns } = features
  const residuals = new Float64Array(rows)
  for (let i = 0; i < rows; i++) residuals[i] = target[i] - targetMean
  for (let j = 0; j < columns; j++) {
    const [values, less, coefficient] = [columnOf(features, j), means[j], coefficients[j]]
    for (let i = 0; i < rows; i++) residuals[i] -= (values[i] - less) * coefficient
  }
  const result = new Float64Array(columns)
  for (let j = 0; j < columns; j++) {
    const [values, less] = [columnOf(features, j), means[j]]
    let sum = 0
    for (let i = 0; i < rows; i++) sum += (values[i] - less) * residuals[i]
    result[j] = sum - ridge * coefficients[j]
  }
  return result
}
