import type { Cost, Shape } from '../cost.ts'
import { dataBytes, nodeBytes, rowOrderBytes, workspaceBytes } from '../decision-tree/cost.ts'
import type { RandomForestParams } from './hyperparameters.ts'

/** Nanoseconds to draw a row and to look at one of its values, at least. */
const NS_PER_ROW = 2

/**
 * The data as the kernel has them, a workspace per thread, and `n_estimators` trees of a root and two leaves each (a tree
 * that has learnt something has no fewer nodes). Time: every tree draws its rows and looks at each once.
 */
export function cost(shape: Shape, params: RandomForestParams, threads: number): Cost {
  const value = params.n_estimators
  const modelBytes = value * 3 * nodeBytes(shape.classCount)
  const rowOrder = params.class_weight === null ? rowOrderBytes(shape, params.max_features) : 0
  return {
    bytes: dataBytes(shape, true) + rowOrder + threads * workspaceBytes(shape) + modelBytes,
    modelBytes,
    seconds: (value * shape.rows * NS_PER_ROW) / 1e9 / threads,
    factor: { name: 'n_estimators', value },
  }
}
