/** Sums over the rows of a batch. */
export type Figures = { readonly loss: number; readonly hits: number }

/** The loss of a row whose class the network does not know: Keras' epsilon, 1e-7, as its probability. */
const UNKNOWN = -Math.log(1e-7)

/**
 * Sparse categorical cross-entropy of softmax(scores), as Keras takes it: from the scores, so that no
 * probability is cut. Scores are row-major; a class of -1 is one that the network does not know. With `weights`, one a
 * row, a row's loss counts as often as its weight says.
 */
export function lossOf(
  scores: Float32Array,
  actual: Int32Array,
  classes: number,
  weights?: Float64Array,
): Figures {
  let loss = 0
  let hits = 0
  for (let i = 0; i < actual.length; i++) {
    const start = i * classes
    const best = argmax(scores, start, classes)
    if (best === actual[i]) hits++
    let sum = 0
    for (let k = 0; k < classes; k++) sum += Math.exp(scores[start + k] - scores[start + best])
    const weight = weights === undefined ? 1 : weights[i]
    loss +=
      weight * (actual[i] < 0 ? UNKNOWN : Math.log(sum) + scores[start + best] - scores[start + actual[i]])
  }
  return { loss, hits }
}

/**
 * The loss of `count` rows, as above; writes the gradient of their mean loss by the scores, probability minus
 * one-hot over `count`, to `gradients`. With `weights`, one a row, a row's loss counts as often as its weight says; the
 * mean is still over the rows, as Keras has it.
 */
export function lossAndGradient(
  scores: Float32Array,
  actual: Int32Array,
  count: number,
  classes: number,
  gradients: Float32Array,
  weights?: Float64Array,
): Figures {
  let loss = 0
  let hits = 0
  for (let i = 0; i < count; i++) {
    const start = i * classes
    const best = argmax(scores, start, classes)
    if (best === actual[i]) hits++
    let sum = 0
    for (let k = 0; k < classes; k++) {
      const power = Math.exp(scores[start + k] - scores[start + best])
      gradients[start + k] = power
      sum += power
    }
    const weight = weights === undefined ? 1 : weights[i]
    loss += weight * (Math.log(sum) + scores[start + best] - scores[start + actual[i]])
    for (let k = 0; k < classes; k++) {
      gradients[start + k] = (weight * (gradients[start + k] / sum - (k === actual[i] ? 1 : 0))) / count
    }
  }
  return { loss, hits }
}

/** Turns `classes` scores from `start` into probabilities in `out`, at the same place. */
export function softmax(
  scores: Float32Array,
  start: number,
  classes: number,
  out: Float64Array,
  to: number,
): void {
  const highest = scores[start + argmax(scores, start, classes)]
  let sum = 0
  for (let k = 0; k < classes; k++) {
    const power = Math.exp(scores[start + k] - highest)
    out[to + k] = power
    sum += power
  }
  for (let k = 0; k < classes; k++) out[to + k] /= sum
}

/** The index of the maximum of `count` values from `start`; the first of equals. */
export function argmax(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0
  for (let k = 1; k < count; k++) if (values[start + k] > values[start + best]) best = k
  return best
}
