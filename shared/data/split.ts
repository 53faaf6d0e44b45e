import { randomState } from './random.ts'

/**
 * The rows of `train_test_split(test_size=0.2, random_state=42)`: test is the first fifth (rounded up) of a
 * permutation, train the rest, both in the permutation's order.
 */
export function trainTestSplit(
  rows: number,
  testSize = 0.2,
  seed = 42,
): { train: Int32Array; test: Int32Array } {
  const order = randomState(seed).permutation(rows)
  const testRows = Math.ceil(testSize * rows)
  return { test: order.slice(0, testRows), train: order.slice(testRows) }
}
