/** The layout of features that the kernel works on: blocks of rows, in a block column after column. */
import type { Matrix } from '../../data/matrix.ts'
import { BLOCK_ROWS } from '../../wasm/kernels/logistic-regression.ts'

/** Features are padded by columns of zeros to a multiple of 4. */
export const padded = (features: number) => Math.ceil(features / 4) * 4

/** Writes rows first … first+count-1 in the kernel's blocks to `out`, which holds zeros. */
export function packRows(
  { rows, columns, values }: Matrix,
  first: number,
  count: number,
  paddedColumns: number,
  out: Float64Array,
): void {
  for (let start = 0, block = 0; start < count; start += BLOCK_ROWS, block++) {
    const length = Math.min(BLOCK_ROWS, count - start)
    for (let f = 0; f < columns; f++) {
      const from = f * rows + first + start
      out.set(values.subarray(from, from + length), (block * paddedColumns + f) * BLOCK_ROWS)
    }
  }
}

/** Writes `value` to feature `f` of every row. */
export function fillColumn(out: Float64Array, f: number, columns: number, rows: number, value: number): void {
  for (let r = 0; r < rows; r++) {
    out[(Math.floor(r / BLOCK_ROWS) * columns + f) * BLOCK_ROWS + (r % BLOCK_ROWS)] = value
  }
}
