/** When a node becomes a leaf (_tree.pyx, in the loops of the two builders). */
import {
  maxDepth,
  minImpurityDecrease,
  minSamplesLeaf,
  minSamplesSplit,
  minWeightLeaf,
} from './hyperparameters'
import { BestSplit, Node } from './node'

const EPSILON: f64 = 2.220446049250313e-16

/** Whether the node at hand is not to be split. */
export function mustBeLeaf(depth: i32, impurity: f64): bool {
  const count = Node.end - Node.start
  return (
    depth >= maxDepth ||
    count < minSamplesSplit ||
    count < 2 * minSamplesLeaf ||
    Node.weight < 2 * minWeightLeaf ||
    impurity <= EPSILON
  )
}

/** Whether no split was found, or none that improves enough. */
export function isNoSplit(): bool {
  return BestSplit.position >= Node.end || BestSplit.improvement + EPSILON < minImpurityDecrease
}
