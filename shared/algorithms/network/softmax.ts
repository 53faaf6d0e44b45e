/** Turns `count` scores from `start` into probabilities, written to `out` at `to`. */
export function softmax(
  scores: Float32Array,
  start: number,
  count: number,
  out: Float32Array | Float64Array,
  to: number,
): void {
  let highest = Number.NEGATIVE_INFINITY
  for (let k = 0; k < count; k++) highest = Math.max(highest, scores[start + k])
  let sum = 0
  for (let k = 0; k < count; k++) {
    const value = Math.exp(scores[start + k] - highest)
    out[to + k] = value
    sum += value
  }
  for (let k = 0; k < count; k++) out[to + k] /= sum
}

/** The index of the greatest of `count` values from `start`; the first of equals. */
export function argmax(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0
  for (let k = 1; k < count; k++) if (values[start + k] > values[start + best]) best = k
  return best
}
