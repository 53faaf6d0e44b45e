import type { FitEstimate, Shape } from '../estimate.ts'
import {
  dataBytes,
  grownBytes,
  presortedBytes,
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
  const maxFeatures = featureLimit(params.max_features, shape.columns)
  const rankRows = ranked && params.class_weight === null ? rankRowsBytes(shape, maxFeatures) : 0
  const presorted = presortedBytes(shape, { ...params, maxFeatures, maxLeafNodes: params.max_leaf_nodes }, 1)
  const data = dataBytes(shape, ranked) + rankRows + workspaceBytes(shape, presorted)
  return {
    bytes: data + modelBytes,
    likelyBytes: data + grownBytes(shape, 1, params),
    modelBytes,
    seconds: 0,
  }
}
