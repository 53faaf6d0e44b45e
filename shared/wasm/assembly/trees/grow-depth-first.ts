/** Grows a tree without a limit on its leaves, the left child first (_tree.pyx, DepthFirstTreeBuilder). */
import { align } from '../memory/address'
import { rows, useRanks } from './data'
import { directions } from './hyperparameters'
import { isNoSplit, mustBeLeaf } from './leaf-rules'
import { BestSplit, Sides } from './node'
import { addNode, buffered, NODE_BUFFER } from './node-buffer'
import { sortColumns } from './presorted-columns'
import { chooseCopy } from './rank-copies'
import { sampleCount } from './samples'
import { beginNode, knownConstants, splitNode, Work } from './split-node'
import { keepBounds, keepChildBounds, removeBounds, takeBounds } from './value-bounds'

/** A node that waits to be split. */
@unmanaged
export class StackRecord {
  start: i32
  end: i32
  depth: i32
  /** See TreeNode. */
  parent: i32
  knownConstants: i32
  impurity: f64
}

/** Of StackRecords. */
export let stack: usize = 0
export let stackSize: i32 = 0

export function layoutStack(base: usize): usize {
  stack = base
  return align(stack + <usize>(rows + 2) * offsetof<StackRecord>())
}

function recordOf(i: i32): StackRecord {
  return changetype<StackRecord>(stack + <usize>i * offsetof<StackRecord>())
}

function push(start: i32, end: i32, depth: i32, parent: i32, knownConstants: i32, impurity: f64): void {
  const record = recordOf(stackSize++)
  record.start = start
  record.end = end
  record.depth = depth
  record.parent = parent
  record.knownConstants = knownConstants
  record.impurity = impurity
}

export function pushRoot(): void {
  stackSize = 0
  removeBounds()
  if (directions != 0) keepBounds(0)
  push(0, sampleCount, 0, -1, 0, Infinity)
}

/** Presorts the columns of the nodes that wait. */
export function presortWaiting(): void {
  for (let i = 0; i < stackSize; i++) sortColumns(recordOf(i).start, recordOf(i).end)
}

export function growDepthFirst(budget: f64): bool {
  while (stackSize > 0) {
    if (Work.done > budget || buffered == NODE_BUFFER) return false
    const record = recordOf(--stackSize)
    const start = record.start
    const end = record.end
    const depth = record.depth
    const parent = record.parent
    const constants = record.knownConstants
    const parentImpurity = record.impurity
    if (directions != 0) takeBounds(stackSize)

    if (useRanks) chooseCopy(start, end)
    const impurity = beginNode(start, end, parentImpurity)
    let isLeaf = mustBeLeaf(depth, impurity)
    if (!isLeaf) {
      splitNode(impurity, constants)
      isLeaf = isNoSplit()
    }
    const node = addNode(parent, isLeaf, impurity)
    if (!isLeaf) {
      if (directions != 0) {
        keepChildBounds(stackSize, false)
        keepChildBounds(stackSize + 1, true)
      }
      push(BestSplit.position, end, depth + 1, node << 1, knownConstants, Sides.impurityRight)
      push(start, BestSplit.position, depth + 1, (node << 1) | 1, knownConstants, Sides.impurityLeft)
    }
  }
  return true
}
