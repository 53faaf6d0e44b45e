import type { Cost, Shape } from '../cost.ts'

/**
 * The rows of the largest pair of classes, which has no fewer than two classes' share of them, with some ten doubles for
 * each. The kernel's values take what is left, up to 200 MB. `max_iter` is a limit, not an amount.
 */
export function cost({ rows, columns, classCount }: Shape): Cost {
  const pair = (2 * rows) / classCount
  return { bytes: 8 * pair * (columns + 10), modelBytes: 0, seconds: 0 }
}
