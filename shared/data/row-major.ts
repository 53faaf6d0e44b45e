import type { Matrix } from './matrix.ts'

/** The matrix in row-major order, as float32. 64 rows at a time, so that source and target stay in the cache. */
export function rowMajor({ rows, columns, values }: Matrix): Float32Array {
  const out = new Float32Array(rows * columns)
  for (let from = 0; from < rows; from += 64) {
    const to = Math.min(from + 64, rows)
    for (let j = 0; j < columns; j++) {
      for (let i = from; i < to; i++) out[i * columns + j] = values[j * rows + i]
    }
  }
  return out
}
