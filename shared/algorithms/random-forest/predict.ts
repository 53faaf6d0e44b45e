import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import { sumLeafValues } from '../trees/leaves.ts'
import { mostProbable } from '../trees/most-probable.ts'
import type { RandomForestModel } from './model.ts'

/** Probabilities are summed tree by tree and then divided, as scikit-learn does. */
export function predict(model: RandomForestModel, features: Matrix): Prediction {
  const probabilities = sumLeafValues(model.trees, features, model.classCount)
  for (let v = 0; v < probabilities.length; v++) probabilities[v] /= model.trees.length
  return { classes: mostProbable(probabilities, model.classCount), probabilities }
}
