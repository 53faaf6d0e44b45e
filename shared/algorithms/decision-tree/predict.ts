import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import { sumLeafValues } from '../trees/leaves.ts'
import type { Tree } from '../trees/model.ts'
import { mostProbable } from '../trees/most-probable.ts'
import type { DecisionTreeModel } from './model.ts'

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
