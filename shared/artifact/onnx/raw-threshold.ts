import type { MatrixColumn } from '../../data/matrix-columns.ts'

/**
 * The largest double that goes left at a threshold of the scaled feature. A value that lies on the threshold itself, as the
 * mean of two others often does, is then told apart as in our own predictor.
 *
 * @param round what the predictor compares: Math.fround of the scaled value, or the value itself
 */
export function rawThreshold(
  threshold: number,
  { mean, scale }: MatrixColumn,
  round: (scaled: number) => number,
): number {
  // Missing values alone go right.
  if (!Number.isFinite(threshold)) return threshold
  const goesLeft = (value: number) => round((value - mean) / scale) <= threshold
  const start = threshold * scale + mean
  const step = Math.max(Math.abs(start), Math.abs(mean), scale) * 2 ** -24
  let left = start
  let right = start
  for (let width = step; !goesLeft(left); width *= 2) left -= width
  for (let width = step; goesLeft(right); width *= 2) right += width
  for (;;) {
    const middle = left + (right - left) / 2
    if (middle === left || middle === right) return left
    if (goesLeft(middle)) left = middle
    else right = middle
  }
}
