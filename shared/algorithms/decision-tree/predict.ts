import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import { sumLeafValues } from '../trees/leaves.ts'
import type { Tree } from '../trees/model.ts'
import { mostProbable } from '../trees/most-probable.ts'
import type { DecisionTreeModel } from './model.ts'

export function predictClasses(model: DecisionTreeModel, features: Matrix): Prediction {
  const probabilities = sumLeafValues(treesOf(model), features, model.classCount)
  return { classes: mostProbable(probabilities, model.classCount), probabilities }
}

/** The leaf's value. */
export function predictNumbers(model: TreeModel, features: Matrix): Prediction<'regression'> {
  return { values: sumLeafValues(treesOf(model), features, 1) }
}

type TreeModel = { readonly tree: Tree }
const alone = new WeakMap<TreeModel, readonly Tree[]>()

/** The one tree as a list, the same for each call, so that it is packed once. */
function treesOf(model: TreeModel): readonly Tree[] {
  const trees = alone.get(model) ?? [model.tree]
  alone.set(model, trees)
  return trees
}
