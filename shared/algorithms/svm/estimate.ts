import { type FitEstimate, type Shape, THREAD_BYTES } from '../estimate.ts'

/** Bytes of kernel values that the threads of a fit keep at most, as libsvm's cache_size of 200 MB. */
export const CACHE_BYTES = 200 * 2 ** 20

/** What of the kernel values was measured to be kept. */
const KEPT_SHARE = 0.5

/** How often the rows were measured to be in memory as the model is kept, predicts and is written. */
const COPIES = 10

/**
 * The rows of the largest pair of classes, which has no fewer than two classes' share of them, and of a regression all,
 * with some ten doubles for each. The kernel's values take what is left, up to 200 MB. `max_iter` is a limit, not an amount.
 */
export function estimate(
  { rows, columns, classCount }: Shape,
  _params: unknown,
  threads: number,
): FitEstimate {
  const together = classCount === 1 ? rows : (2 * rows) / classCount
  const bytes = 8 * together * (columns + 10)
  const kept = KEPT_SHARE * Math.min(CACHE_BYTES, threads * 4 * together * together)
  const copies = COPIES * 8 * rows * columns
  return {
    bytes,
    likelyBytes: bytes + kept + copies + (threads - 1) * THREAD_BYTES,
    modelBytes: 0,
    seconds: 0,
  }
}
