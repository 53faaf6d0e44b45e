/**
 * Singular values by one-sided Jacobi rotations, which are exact to the last digits also for small values (Demmel and
 * Veselić, "Jacobi's method is more accurate than QR", 1992).
 */
const MAX_SWEEPS = 60

export type Singular = {
  /** Column-major: column k is the k-th left singular vector times its singular value. */
  readonly scaled: Float64Array
  /** Column-major: column k is the k-th right singular vector. */
  readonly right: Float64Array
  readonly values: Float64Array
}

/**
 * The singular value decomposition of `matrix` (size x size, column-major), which is overwritten.
 *
 * @param sweep is called before each sweep
 */
export async function singularValues(
  matrix: Float64Array,
  size: number,
  sweep: (number: number) => Promise<void>,
): Promise<Singular> {
  const right = new Float64Array(size * size)
  for (let k = 0; k < size; k++) right[k * size + k] = 1
  for (let s = 0; s < MAX_SWEEPS; s++) {
    await sweep(s)
    let rotated = false
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) {
        const angle = angleOf(matrix, size, p * size, q * size)
        if (angle === 0) continue
        rotated = true
        const cosine = 1 / Math.hypot(1, angle)
        rotate(matrix, size, p * size, q * size, cosine, cosine * angle)
        rotate(right, size, p * size, q * size, cosine, cosine * angle)
      }
    }
    if (!rotated) break
  }
  const values = new Float64Array(size)
  for (let k = 0; k < size; k++) {
    let squares = 0
    for (let i = 0; i < size; i++) squares += matrix[k * size + i] ** 2
    values[k] = Math.sqrt(squares)
  }
  return { scaled: matrix, right, values }
}

/**
 * The tangent of the rotation that makes the columns at p and q orthogonal; 0 where they are so to the last digits.
 */
function angleOf(matrix: Float64Array, size: number, p: number, q: number): number {
  let pp = 0
  let qq = 0
  let pq = 0
  for (let i = 0; i < size; i++) {
    pp += matrix[p + i] * matrix[p + i]
    qq += matrix[q + i] * matrix[q + i]
    pq += matrix[p + i] * matrix[q + i]
  }
  if (Math.abs(pq) <= Number.EPSILON * size * Math.sqrt(pp * qq)) return 0
  const zeta = (qq - pp) / (2 * pq)
  return (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta))
}

function rotate(values: Float64Array, size: number, p: number, q: number, cosine: number, sine: number) {
  for (let i = 0; i < size; i++) {
    const a = values[p + i]
    const b = values[q + i]
    values[p + i] = cosine * a - sine * b
    values[q + i] = sine * a + cosine * b
  }
}
