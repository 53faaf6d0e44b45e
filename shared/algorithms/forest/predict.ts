import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import { sumLeafValues } from '../trees/leaves.ts'
import type { Tree } from '../trees/model.ts'
import { mostProbable } from '../trees/most-probable.ts'
import type { ForestClassifierModel, ForestRegressorModel } from './model.ts'

export function predictClasses(model: ForestClassifierModel, features: Matrix): Prediction {
  const probabilities = meanLeafValues(model.trees, features, model.classCount)
  return { classes: mostProbable(probabilities, model.classCount), probabilities }
}

export function predictNumbers(model: ForestRegressorModel, features: Matrix): Prediction<'regression'> {
  return { values: meanLeafValues(model.trees, features, 1) }
}

/** Values are summed tree by tree and then divided, as scikit-learn does. */
function meanLeafValues(trees: readonly Tree[], features: Matrix, width: number): Float64Array {
  const means = sumLeafValues(trees, features, width)
  for (let v = 0; v < means.length; v++) means[v] /= trees.length
  return means
}
