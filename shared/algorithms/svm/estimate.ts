import type { FitEstimate, Shape } from '../estimate.ts'

/**
 * The rows of the largest pair of classes, which has no fewer than two classes' share of them, and of a regression all,
 * with some ten doubles for each. The kernel's values take what is left, up to 200 MB. `max_iter` is a limit, not an amount.
 */
export function estimate({ rows, columns, classCount }: Shape): FitEstimate {
  const together = classCount === 1 ? rows : (2 * rows) / classCount
  return { bytes: 8 * together * (columns + 10), modelBytes: 0, seconds: 0 }
}
