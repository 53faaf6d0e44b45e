import { z } from 'zod'
import { float64, int32, uint8 } from '../arrays.ts'

/**
 * One tree, as arrays over its nodes in depth-first order (scikit-learn's `tree_`). A row goes left where
 * `Math.fround(x[feature]) <= threshold`, and where x is missing, by `missingGoesLeft`.
 */
export const treeSchema = z.object({
  /** Feature tested, or -2 at a leaf. */
  feature: int32(),
  /** -2 at a leaf. */
  threshold: float64(),
  /** Children as node indices, or -1 at a leaf. */
  left: int32(),
  right: int32(),
  missingGoesLeft: uint8(),
  /** Class shares of a node, row-major: node n, class k at n * classCount + k; each node's sum is 1. */
  value: float64(),
  impurity: float64(),
  /** Training rows that reached the node, and their summed weight. */
  samples: int32(),
  weightedSamples: float64(),
})
export type Tree = z.infer<typeof treeSchema>
