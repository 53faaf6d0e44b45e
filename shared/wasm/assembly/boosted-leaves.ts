/**
 * Walks rows down the trees of a gradient boosting and adds up the values of the leaves they reach, in double precision. The
 * host sets the variables below by name.
 */
import { at32, at64 } from './memory/address'
import { walkRows } from './trees/walk-rows'

/** A test of a feature. A leaf is walked as one: its feature is always 0, its threshold infinite, its left child itself. */
@unmanaged
export class Node {
  /** The largest value that goes left. */
  threshold: f64
  /** Of a leaf. */
  value: f64
  /** Byte offset of the feature in a row. */
  feature: u32
  /** Address of the left child; the right one follows it. */
  left: usize
  /** Whether missing values go left. */
  missingLeft: i32
  /** Address of 32 bytes, a bit for each category that goes left, or 0 for a feature of numbers. */
  categories: usize

  // @ts-ignore: decorator
  @inline
  next(row: usize): usize {
    const x = load<f64>(row + this.feature)
    let left = i32(x <= this.threshold)
    if (this.categories != 0 && x == x) {
      const category = <usize>x
      left = (<i32>load<u8>(this.categories + (category >> 3)) >> <i32>(category & 7)) & 1
    }
    left |= i32(x != x) & this.missingLeft
    return this.left + <usize>(left ^ 1) * offsetof<Node>()
  }

  addTo(sum: usize): void {
    store<f64>(sum, load<f64>(sum) + this.value)
  }
}

/** f64: `rowBytes` per row, the feature that is always 0 among them. */
export let rows: usize = 0
export let rowBytes: usize = 0
/** f64[outputs][capacity] */
export let sums: usize = 0
export let capacity: i32 = 0
export let outputs: i32 = 1

/**
 * Adds the values of tree after tree to `sums`; tree t is of output t % outputs.
 *
 * @param roots u32[treeCount]: addresses of the roots
 */
export function addLeaves(roots: usize, treeCount: i32, rowCount: i32): void {
  for (let tree = 0; tree < treeCount; tree++) {
    const sum = at64(sums, (tree % outputs) * capacity)
    walkRows<Node>(load<u32>(at32(roots, tree)), rows, rowBytes, rowCount, sum, 8)
  }
}
