/** Per row the first class with the highest probability. */
export function mostProbable(probabilities: Float64Array, classCount: number): Int32Array {
  const classes = new Int32Array(probabilities.length / classCount)
  for (let i = 0; i < classes.length; i++) {
    const at = i * classCount
    let best = 0
    for (let k = 1; k < classCount; k++) if (probabilities[at + k] > probabilities[at + best]) best = k
    classes[i] = best
  }
  return classes
}
