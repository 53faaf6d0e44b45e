import { randomState } from '../random.ts'

export type Split = {
  /** Indices among the rows that were split. */
  readonly train: Int32Array
  readonly test: Int32Array
}

/**
 * scikit-learn's `ShuffleSplit`, and so `train_test_split`: test is the head of a permutation, train the rest, both in
 * the permutation's order.
 */
export function randomSplit(rows: number, testRows: number, seed: number): Split {
  const order = randomState(seed).permutation(rows)
  return { test: order.slice(0, testRows), train: order.slice(testRows) }
}

/** The first rows train, the last test, both in their order. */
export function orderedSplit(rows: number, testRows: number): Split {
  const order = Int32Array.from({ length: rows }, (_, i) => i)
  return { train: order.slice(0, rows - testRows), test: order.slice(rows - testRows) }
}
