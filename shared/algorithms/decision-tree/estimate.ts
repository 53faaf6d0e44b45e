import type { FitEstimate, Shape } from '../estimate.ts'
import {
  dataBytes,
  grownBytes,
  rankRowsBytes,
  smallestTreeBytes,
  workspaceBytes,
} from '../trees/memory-estimate.ts'
import { featureLimit } from '../trees/settings.ts'
import type { DecisionTreeParams, DecisionTreeRegressorParams } from './hyperparameters.ts'

/** The data as the kernel has them, one workspace, and a tree of a root and two leaves; likely, one that is grown. */
export function estimate(
  shape: Shape,
  params: DecisionTreeParams | DecisionTreeRegressorParams,
): FitEstimate {
  const modelBytes = smallestTreeBytes(shape.classCount)
  // The numbers of a regression leave no ranks, nor do class weights that are not whole numbers.
  const isClassifier = 'class_weight' in params
  const ranked = isClassifier && params.splitter === 'best'
  const rankRows =
    ranked && params.class_weight === null
      ? rankRowsBytes(shape, featureLimit(params.max_features, shape.columns))
      : 0
  const data = dataBytes(shape, ranked) + rankRows + workspaceBytes(shape)
  return {
    bytes: data + modelBytes,
    likelyBytes: data + grownBytes(shape, 1, params),
    modelBytes,
    seconds: 0,
  }
}
