import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import { sumLeafValues } from '../trees/leaves.ts'
import { mostProbable } from '../trees/most-probable.ts'
import type { ForestClassifierModel, ForestRegressorModel } from './model.ts'

export function predictClasses({ trees, classCount }: ForestClassifierModel, features: Matrix): Prediction {
  return classesOf(sumLeafValues(trees, features, classCount), trees.length, classCount)
}

export function predictNumbers({ trees }: ForestRegressorModel, features: Matrix): Prediction<'regression'> {
  return numbersOf(sumLeafValues(trees, features, 1), trees.length)
}

/** @param sums of the trees' leaf values, row-major. Takes them for its own. */
export function classesOf(sums: Float64Array, treeCount: number, classCount: number): Prediction {
  const probabilities = meansOf(sums, treeCount)
  return { classes: mostProbable(probabilities, classCount), probabilities }
}

/** The same for numbers. */
export function numbersOf(sums: Float64Array, treeCount: number): Prediction<'regression'> {
  return { values: meansOf(sums, treeCount) }
}

/** Values are summed tree by tree and then divided, as scikit-learn does. */
function meansOf(sums: Float64Array, treeCount: number): Float64Array {
  for (let v = 0; v < sums.length; v++) sums[v] /= treeCount
  return sums
}
