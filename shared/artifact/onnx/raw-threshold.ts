import type { MatrixColumn } from '../../data/matrix-columns.ts'

/**
 * The largest double that goes left at a threshold of the scaled feature. A value that lies on the threshold itself, as the
 * mean of two others often does, is then told apart as in our own predictor.
 *
 * @param largest the largest scaled value that goes left
 */
export function rawThreshold(largest: number, { mean, scale }: Pick<MatrixColumn, 'mean' | 'scale'>): number {
  // Missing values alone go right.
  if (!Number.isFinite(largest)) return largest
  const start = largest * scale + mean
  // What scaling may round away: it is that near.
  const step = Math.max(Math.abs(start), Math.abs(mean)) * 2 ** -52 || Number.MIN_VALUE
  let left = start
  let right = start
  for (let width = step; !((left - mean) / scale <= largest); width *= 2) left -= width
  for (let width = step; (right - mean) / scale <= largest; width *= 2) right += width
  for (;;) {
    const middle = left + (right - left) / 2
    if (middle === left || middle === right) return left
    if ((middle - mean) / scale <= largest) left = middle
    else right = middle
  }
}

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** The largest double that, rounded to a float32, is not above the threshold. */
export function largestRounded(threshold: number): number {
  if (!Number.isFinite(threshold)) return threshold
  float[0] = threshold
  if (float[0] > threshold) stepDown()
  const below = float[0]
  const isEven = (bits[0] & 1) === 0
  stepUp()
  // What lies in the middle of two is rounded to the even one.
  const middle = below + (float[0] - below) / 2
  return isEven ? middle : nextBelow(middle)
}

const double = new Float64Array(1)
/** The lower half first. */
const halves = new Uint32Array(double.buffer)

/** The next smaller double of a value that is not 0 and whose last bits are. */
function nextBelow(value: number): number {
  double[0] = value
  if (value > 0 && halves[0] === 0) halves[1]--
  halves[0] += value > 0 ? -1 : 1
  return double[0]
}

/** To the next greater float32. */
function stepUp(): void {
  if (float[0] === 0) bits[0] = 1
  else bits[0] += float[0] > 0 ? 1 : -1
}

/** To the next smaller one. */
function stepDown(): void {
  float[0] = -float[0]
  stepUp()
  float[0] = -float[0]
}
