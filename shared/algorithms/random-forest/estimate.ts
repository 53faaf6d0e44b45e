import type { FitEstimate, Shape } from '../estimate.ts'
import { dataBytes, rankRowsBytes, smallestTreeBytes, workspaceBytes } from '../trees/memory-estimate.ts'
import { featureLimit } from '../trees/settings.ts'
import type { RandomForestParams } from './hyperparameters.ts'

/** Nanoseconds to draw a row and to look at one of its values, at least. */
const NS_PER_ROW = 2

/**
 * The data as the kernel has them, a workspace per thread, and `n_estimators` trees of a root and two leaves each (a tree
 * that has learned something has no fewer nodes). Time: every tree draws its rows and looks at each once.
 */
export function estimate(shape: Shape, params: RandomForestParams, threads: number): FitEstimate {
  const value = params.n_estimators
  const modelBytes = value * smallestTreeBytes(shape.classCount)
  // Class weights that are not whole numbers leave no ranks.
  const rankRows =
    params.class_weight === null ? rankRowsBytes(shape, featureLimit(params.max_features, shape.columns)) : 0
  return {
    bytes: dataBytes(shape, true) + rankRows + threads * workspaceBytes(shape) + modelBytes,
    modelBytes,
    seconds: (value * shape.rows * NS_PER_ROW) / 1e9 / threads,
    factor: { name: 'n_estimators', value },
  }
}
