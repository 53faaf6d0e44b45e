/** Grows a tree of at most max_leaf_nodes leaves, the best split first (_tree.pyx, BestFirstTreeBuilder). */
import { clearFrontier, heapSize, popRecord, pushRecord, recordCount, recordOf } from './frontier'
import { directions, maxLeafNodes } from './hyperparameters'
import { isNoSplit, mustBeLeaf } from './leaf-rules'
import { BestSplit, Sides } from './node'
import { addNode, buffered, NODE_BUFFER } from './node-buffer'
import { sampleCount } from './samples'
import { beginNode, splitNode, Work } from './split-node'
import { keepChildBounds, removeBounds, takeBounds } from './value-bounds'

/** How many splits the limit on leaves still allows. */
export let splitsLeft: i32 = 0

export function addRoot(): void {
  clearFrontier()
  removeBounds()
  splitsLeft = maxLeafNodes - 1
  addToFrontier(0, sampleCount, 0, -1, Infinity)
}

export function growBestFirst(budget: f64): bool {
  while (heapSize > 0) {
    if (Work.done > budget || buffered > NODE_BUFFER - 2) return false
    const at = popRecord()
    const record = recordOf(at)
    if (record.isLeaf != 0 || splitsLeft <= 0) continue
    const node = record.node
    const depth = record.depth
    splitsLeft--
    if (directions != 0) takeBounds(2 * at)
    addToFrontier(record.start, record.position, depth + 1, (node << 1) | 1, record.impurityLeft)
    if (directions != 0) takeBounds(2 * at + 1)
    addToFrontier(record.position, record.end, depth + 1, node << 1, record.impurityRight)
  }
  return true
}

/** Adds the node to the tree, and the node and its best split to the frontier. */
function addToFrontier(start: i32, end: i32, depth: i32, parent: i32, parentImpurity: f64): void {
  const impurity = beginNode(start, end, parentImpurity)
  let isLeaf = mustBeLeaf(depth, impurity)
  if (!isLeaf) {
    splitNode(impurity, 0)
    isLeaf = isNoSplit()
  }
  if (directions != 0 && !isLeaf) {
    keepChildBounds(2 * recordCount, true)
    keepChildBounds(2 * recordCount + 1, false)
  }
  const record = recordOf(recordCount)
  record.node = addNode(parent, isLeaf, impurity)
  record.start = start
  record.end = end
  record.position = isLeaf ? end : BestSplit.position
  record.depth = depth
  record.isLeaf = i32(isLeaf)
  record.impurityLeft = isLeaf ? impurity : Sides.impurityLeft
  record.impurityRight = isLeaf ? impurity : Sides.impurityRight
  record.improvement = isLeaf ? 0.0 : BestSplit.improvement
  pushRecord()
}
