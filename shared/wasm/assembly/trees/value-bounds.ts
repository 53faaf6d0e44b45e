/**
 * Bounds on the values of nodes, which keep a tree monotonic in some features: where such a feature is split, neither child,
 * nor a node below it, may pass the middle between the children's values (_tree.pyx, in the loops of the two builders;
 * _criterion.pyx, _check_monotonicity and clip_node_value). A value is a mean or a median; of two classes, the share of the
 * first.
 */
import { align, at64 } from '../memory/address'
import { middleValue } from './criterion'
import { rows } from './data'
import { directions, maxLeafNodes } from './hyperparameters'
import { BestSplit, Node } from './node'

/** f64[][2]: a lower and an upper bound per node that waits. */
export let bounds: usize = 0

/** Depth first, the nodes that wait are those of the stack; best first, two children of each record. */
export function layoutBounds(base: usize): usize {
  const slots = <usize>(maxLeafNodes < 0 ? <i64>rows : 2 * min<i64>(2 * <i64>maxLeafNodes, 2 * <i64>rows)) + 4
  bounds = base
  return align(bounds + (slots << 4))
}

function slotAt(slot: i32): usize {
  return at64(bounds, 2 * slot)
}

export function removeBounds(): void {
  Node.lowerBound = -Infinity
  Node.upperBound = Infinity
}

/** Keeps the bounds of the node at hand. */
export function keepBounds(slot: i32): void {
  store<f64>(slotAt(slot), Node.lowerBound)
  store<f64>(slotAt(slot), Node.upperBound, 8)
}

/** Takes what was kept for the node at hand. */
export function takeBounds(slot: i32): void {
  Node.lowerBound = load<f64>(slotAt(slot))
  Node.upperBound = load<f64>(slotAt(slot), 8)
}

/** Keeps the bounds of a child of the best split: the node's own, one of them moved to the middle. */
export function keepChildBounds(slot: i32, isLeft: bool): void {
  keepBounds(slot)
  const direction = load<i8>(directions + BestSplit.feature)
  if (direction == 0) return
  store<f64>(slotAt(slot) + (isLeft == direction > 0 ? 8 : 0), middleValue())
}

/** The value within the bounds of the node at hand. */
export function withinBounds(value: f64): f64 {
  return value < Node.lowerBound ? Node.lowerBound : value > Node.upperBound ? Node.upperBound : value
}
