import type { FitEstimate, Shape } from '../estimate.ts'
import {
  dataBytes,
  grownBytes,
  presortedBytes,
  rankRowsBytes,
  smallestTreeBytes,
  workspaceBytes,
} from '../trees/memory-estimate.ts'
import { type Criterion, featureLimit, type MaxFeatures } from '../trees/settings.ts'

/** Nanoseconds to draw a row and to look at one of its values, at least. */
const NS_PER_ROW = 2

type Params = {
  readonly n_estimators: number
  readonly criterion: Criterion
  readonly max_features: MaxFeatures
  readonly splitter: 'best' | 'random'
  readonly bootstrap: boolean
  readonly max_depth: number | null
  readonly max_leaf_nodes: number | null
  /** Of a classification. */
  readonly class_weight?: unknown
}

/**
 * The data as the kernel has them, a workspace per thread, and `n_estimators` trees of a root and two leaves each (a tree
 * that has learned something has no fewer nodes); likely, trees that are grown. Time: every tree draws its rows and looks at each once.
 */
export function estimate(shape: Shape, params: Params, threads: number): FitEstimate {
  const value = params.n_estimators
  const modelBytes = value * smallestTreeBytes(shape.classCount)
  // The numbers of a regression leave no ranks, nor do class weights that are not whole numbers.
  const ranked = params.class_weight !== undefined && params.splitter === 'best'
  const maxFeatures = featureLimit(params.max_features, shape.columns)
  const rankRows = ranked && params.class_weight === null ? rankRowsBytes(shape, maxFeatures) : 0
  const presorted = presortedBytes(
    shape,
    { ...params, maxFeatures, maxLeafNodes: params.max_leaf_nodes },
    threads,
  )
  const data = dataBytes(shape, ranked) + rankRows + threads * workspaceBytes(shape, presorted)
  return {
    bytes: data + modelBytes,
    likelyBytes: data + grownBytes(shape, value, params),
    modelBytes,
    seconds: (value * shape.rows * NS_PER_ROW) / 1e9 / threads,
    factor: { name: 'n_estimators', value },
  }
}
