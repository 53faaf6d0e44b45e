import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import { sumLeafValues } from '../trees/leaves.ts'
import type { DecisionTreeModel, Tree } from './model.ts'

export function predict(model: DecisionTreeModel, features: Matrix): Prediction {
  const probabilities = sumLeafValues(treesOf(model), features, model.classCount)
  return { classes: mostProbable(probabilities, model.classCount), probabilities }
}

const alone = new WeakMap<DecisionTreeModel, readonly Tree[]>()

/** The one tree as a list, the same for each call, so that it is packed once. */
function treesOf(model: DecisionTreeModel): readonly Tree[] {
  const trees = alone.get(model) ?? [model.tree]
  alone.set(model, trees)
  return trees
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
