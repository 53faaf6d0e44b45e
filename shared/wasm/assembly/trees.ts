/**
 * Grows one tree, node for node as scikit-learn 1.9 does. The files in trees/ name the file of
 * sklearn/tree that they follow, in the order of every operation; the files about ranks have no model there.
 *
 * There are two ways to the same tree, and the host chooses by the weights of the rows:
 * - Whole numbers (1, or how often a row was drawn) have exact sums in any order. So each column is replaced by dense
 *   ranks, once for all trees, and a node sorts small whole numbers that hold all that a split needs (rank-*.ts,
 *   ranked-splitter.ts). This is several times faster.
 * - Other weights, and the targets of a regression, must be summed in scikit-learn's order, rounding errors included,
 *   which takes its very sort (exact-splitter.ts, sort.ts). For the squared error the columns are presorted once for a tree,
 *   which gives the same order where no two values are equal (presorted-*.ts). Random thresholds need no order, and use the same sums (random-splitter.ts).
 *
 * All arrays lie in the imported memory. What all threads share (columns, target) is written by the host and only read
 * here; what one tree needs lies in the workspace, to which `layout` assigns addresses. Every thread has an instance of
 * its own, so the variables of these modules belong to one tree at a time.
 *
 * The host sets the variables of data.ts and hyperparameters.ts by name, then calls `layout`, and for each tree writes
 * the weights, sets `minWeightLeaf` and `randomState`, and calls `begin`, and `grow` until the tree is grown.
 */
import { align } from './memory/address'
import { layoutAbsoluteErrors } from './trees/absolute-criterion'
import { usePresorted, useRanks } from './trees/data'
import { layoutFeatureValues } from './trees/exact-splitter'
import { layoutFrontier } from './trees/frontier'
import { addRoot, growBestFirst } from './trees/grow-best-first'
import { growDepthFirst, layoutStack, presortWaiting, pushRoot } from './trees/grow-depth-first'
import { ABSOLUTE_ERROR, criterion, directions, maxLeafNodes } from './trees/hyperparameters'
import { clearNodes, layoutNodes } from './trees/node-buffer'
import { layoutPresorted, weighTargets } from './trees/presorted-columns'
import { layoutCopies, resetCopies } from './trees/rank-copies'
import { encodeSamples, layoutKeys } from './trees/rank-keys'
import { layoutCounts } from './trees/ranked-splitter'
import { layoutSamples, selectSamples } from './trees/samples'
import { layoutFeatures, orderFeatures, Work } from './trees/split-node'
import { layoutSums } from './trees/sums'
import { layoutBounds } from './trees/value-bounds'

export {
  classes,
  columns,
  distinct,
  distinctCount,
  hasExactSums,
  hasMissing,
  rankRows,
  reach,
  rows,
  target,
  usePresorted,
  useRanks,
  values,
  xLogX,
} from './trees/data'
export { FrontierRecord, frontier, heap, heapSize, recordCount } from './trees/frontier'
export { splitsLeft } from './trees/grow-best-first'
export { StackRecord, stack, stackSize } from './trees/grow-depth-first'
export {
  criterion,
  directions,
  maxDepth,
  maxFeatures,
  maxLeafNodes,
  minImpurityDecrease,
  minSamplesLeaf,
  minSamplesSplit,
  minWeightLeaf,
  useRandomThresholds,
} from './trees/hyperparameters'
export { buffered, nodeBytes, nodeCount, nodes, TreeNode } from './trees/node-buffer'
export { randomState } from './trees/random-numbers'
export { rankColumns } from './trees/rank-columns'
export { leaveCopies } from './trees/rank-copies'
export { sampleCount, samples, weightedSamples, weights } from './trees/samples'
export { constantFeatures, features } from './trees/split-node'
export { bounds } from './trees/value-bounds'
export { fillXLogX } from './trees/x-log-x'

/** Assigns addresses to the workspace of one tree, from `base` on. Returns where it ends. */
export function layout(base: usize): usize {
  let end = layoutSamples(align(base))
  end = layoutFeatures(end)
  end = layoutSums(end)
  end = layoutNodes(end)
  end = maxLeafNodes < 0 ? layoutStack(end) : layoutFrontier(end)
  if (directions != 0) end = layoutBounds(end)
  if (criterion == ABSOLUTE_ERROR) end = layoutAbsoluteErrors(end)
  if (useRanks) return layoutCopies(layoutCounts(layoutKeys(end)))
  end = layoutFeatureValues(end)
  return usePresorted ? layoutPresorted(end) : end
}

/** Begins a tree on the rows whose weight is not zero. */
export function begin(): void {
  selectSamples()
  orderFeatures()
  clearNodes()
  if (maxLeafNodes < 0) pushRoot()
  resume()
  if (maxLeafNodes >= 0) addRoot()
}

/** Takes up a tree that was interrupted: the host has written back the weights, the workspace and the variables. */
export function resume(): void {
  if (useRanks) {
    resetCopies()
    encodeSamples()
  }
  if (usePresorted) {
    weighTargets()
    presortWaiting()
  }
}

/** Goes on until the tree is grown (true), or until about `budget` values were looked at or the node buffer is full. */
export function grow(budget: f64): bool {
  Work.done = 0
  return maxLeafNodes < 0 ? growDepthFirst(budget) : growBestFirst(budget)
}
