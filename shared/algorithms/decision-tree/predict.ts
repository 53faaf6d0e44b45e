import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import type { DecisionTreeModel, Tree } from './model.ts'

export function predict(model: DecisionTreeModel, features: Matrix): Prediction {
  const probabilities = new Float64Array(features.rows * model.classCount)
  addLeafValues(model.tree, features, model.classCount, probabilities)
  return { classes: mostProbable(probabilities, model.classCount), probabilities }
}

/** Adds to each row's sums the class shares of the leaf that the row falls in; to `only` these rows' where given. */
export function addLeafValues(
  tree: Tree,
  features: Matrix,
  classCount: number,
  sums: Float64Array,
  only?: Int32Array,
): void {
  const { rows, values } = features
  const { feature, threshold, left, right, missingGoesLeft, value } = tree
  const count = only === undefined ? rows : only.length
  for (let n = 0; n < count; n++) {
    const i = only === undefined ? n : only[n]
    let node = 0
    while (left[node] >= 0) {
      const x = Math.fround(values[feature[node] * rows + i])
      const goesLeft = x <= threshold[node] || (Number.isNaN(x) && missingGoesLeft[node] === 1)
      node = goesLeft ? left[node] : right[node]
    }
    for (let k = 0; k < classCount; k++) sums[i * classCount + k] += value[node * classCount + k]
  }
}

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
