import { randomState } from '../random.ts'

/** A part of the rows, drawn without replacement. */
export type RowSample = {
  /** Between 0 and 1. */
  readonly share: number
  readonly seed: number
}

/** scikit-learn's `resample(rows, replace=False, random_state=seed)`: so many of the rows, rounded down, in a random order. */
export function sampleRows(rows: Int32Array, { share, seed }: RowSample): Int32Array {
  const order = randomState(seed).permutation(rows.length)
  return order.subarray(0, Math.floor(share * rows.length)).map((i) => rows[i])
}
