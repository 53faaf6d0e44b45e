import type { Matrix } from './matrix.ts'

/** The matrix in row-major order, as float32. */
export function rowMajor(matrix: Matrix): Float32Array {
  return inRowMajor(matrix, new Float32Array(matrix.rows * matrix.columns))
}

/** Fills `out` with the matrix in row-major order: 64 rows at a time, so that source and target stay in the cache. */
export function inRowMajor<Out extends Float32Array | Float64Array>(
  { rows, columns, values }: Matrix,
  out: Out,
): Out {
  for (let from = 0; from < rows; from += 64) {
    const to = Math.min(from + 64, rows)
    for (let j = 0; j < columns; j++) {
      for (let i = from; i < to; i++) out[i * columns + j] = values[j * rows + i]
    }
  }
  return out
}
