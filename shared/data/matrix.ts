/**
 * Numbers in rows and columns, column-major: the value of row `i`, column `j` is `values[j * rows + i]`.
 * NaN is a missing value. The values may lie in a SharedArrayBuffer so that threads can read them.
 */
export type Matrix = {
  readonly rows: number
  readonly columns: number
  readonly values: Float64Array
}

/** A matrix of zeros in memory that threads can share. */
export function zeros(rows: number, columns: number): Matrix {
  const buffer = new SharedArrayBuffer(rows * columns * Float64Array.BYTES_PER_ELEMENT)
  return { rows, columns, values: new Float64Array(buffer) }
}

/** Column `j` of the matrix, as a view (no copy). */
export function column(matrix: Matrix, j: number): Float64Array {
  return matrix.values.subarray(j * matrix.rows, (j + 1) * matrix.rows)
}
