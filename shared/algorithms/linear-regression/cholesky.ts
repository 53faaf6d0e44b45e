/** Symmetric positive definite matrices, row-major, size x size. */

/**
 * The lower triangle L with L Lᵀ = `matrix` + `ridge` I, row-major; undefined if that is not positive definite. A row
 * of zeros, which a constant feature has, gets a diagonal in the scale of the others, so that its coefficient is 0.
 */
export function cholesky(matrix: Float64Array, size: number, ridge: number): Float64Array | undefined {
  const lower = new Float64Array(size * size)
  const scale = Math.sqrt(greatestDiagonal(matrix, size) + ridge)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j] + (i === j ? ridge : 0)
      for (let k = 0; k < j; k++) sum -= lower[i * size + k] * lower[j * size + k]
      if (i !== j) lower[i * size + j] = sum / lower[j * size + j]
      else if (sum > 0) lower[i * size + i] = Math.sqrt(sum)
      else if (matrix[i * size + i] + ridge === 0) lower[i * size + i] = scale || 1
      else return undefined
    }
  }
  return lower
}

function greatestDiagonal(matrix: Float64Array, size: number): number {
  let largest = 0
  for (let i = 0; i < size; i++) largest = Math.max(largest, matrix[i * size + i])
  return largest
}

/** x with L Lᵀ x = b. */
export function solveCholesky(lower: Float64Array, size: number, b: Float64Array): Float64Array {
  const x = b.slice()
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i * size + k] * x[k]
    x[i] /= lower[i * size + i]
  }
  for (let i = size - 1; i >= 0; i--) {
    x[i] /= lower[i * size + i]
    for (let k = 0; k < i; k++) x[k] -= lower[i * size + k] * x[i]
  }
  return x
}

/**
 * The condition number of L in the Frobenius norm, ‖L‖ ‖L⁻¹‖. It is no less than the quotient of the largest and the
 * smallest singular value of L, and at most `size` times that.
 */
export function conditionOf(lower: Float64Array, size: number): number {
  let squares = 0
  for (const value of lower) squares += value * value
  let inverseSquares = 0
  const inverse = new Float64Array(size)
  for (let j = 0; j < size; j++) {
    inverse[j] = 1 / lower[j * size + j]
    inverseSquares += inverse[j] * inverse[j]
    for (let i = j + 1; i < size; i++) {
      let sum = 0
      for (let k = j; k < i; k++) sum -= lower[i * size + k] * inverse[k]
      inverse[i] = sum / lower[i * size + i]
      inverseSquares += inverse[i] * inverse[i]
    }
  }
  return Math.sqrt(squares * inverseSquares)
}
