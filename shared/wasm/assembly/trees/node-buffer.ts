/** The nodes of the tree, in a buffer that the host empties whenever `grow` returns. */
import { align, at64 } from '../memory/address'
import { classes } from './data'
import { ABSOLUTE_ERROR, criterion, directions } from './hyperparameters'
import { BestSplit, Node } from './node'
import { sumTotal } from './sums'
import { withinBounds } from './value-bounds'

/** Behind it lies f64[classes]: the share of each class in the node's weight; of a regression, the mean or median target. */
@unmanaged
export class TreeNode {
  /** -1, or the parent's number times two, plus one for its left child. */
  parent: i32
  /** -2: a leaf. */
  feature: i32
  samples: i32
  missingLeft: i32
  threshold: f64
  impurity: f64
  weight: f64
}

/** Nodes that the buffer holds. */
export const NODE_BUFFER: i32 = 2048

export let nodes: usize = 0
/** Nodes of the tree so far. */
export let nodeCount: i32 = 0
/** Nodes in the buffer that the host has not taken yet. */
export let buffered: i32 = 0

export function layoutNodes(base: usize): usize {
  nodes = base
  return align(nodes + nodeBytes() * NODE_BUFFER)
}

export function nodeBytes(): usize {
  return offsetof<TreeNode>() + ((<usize>classes) << 3)
}

export function clearNodes(): void {
  nodeCount = 0
  buffered = 0
}

/** Writes the node at hand. Returns its number. */
export function addNode(parent: i32, isLeaf: bool, impurity: f64): i32 {
  const at = nodes + <usize>buffered * nodeBytes()
  const node = changetype<TreeNode>(at)
  node.parent = parent
  node.feature = isLeaf ? -2 : BestSplit.feature
  node.samples = Node.end - Node.start
  node.missingLeft = isLeaf ? 0 : BestSplit.missingLeft
  node.threshold = isLeaf ? -2.0 : BestSplit.threshold
  node.impurity = impurity
  node.weight = Node.weight
  const shares = at + offsetof<TreeNode>()
  const divisor = criterion == ABSOLUTE_ERROR ? 1.0 : Node.weight
  for (let k = 0; k < classes; k++) store<f64>(at64(shares, k), load<f64>(at64(sumTotal, k)) / divisor)
  if (directions != 0) {
    store<f64>(shares, withinBounds(load<f64>(shares)))
    if (classes == 2) store<f64>(shares, 1 - load<f64>(shares), 8)
  }
  buffered++
  return nodeCount++
}
