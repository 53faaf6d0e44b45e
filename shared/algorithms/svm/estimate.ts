import type { FitEstimate, Shape } from '../estimate.ts'

/** Bytes of kernel values at most, of all threads. */
const CACHE_BYTES = 200 * 2 ** 20

/** Bytes of another thread. */
const THREAD_BYTES = 30 * 2 ** 20

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
  const kept = Math.min(CACHE_BYTES, threads * 4 * together * together)
  return { bytes, likelyBytes: bytes + kept + (threads - 1) * THREAD_BYTES, modelBytes: 0, seconds: 0 }
}
