/**
 * Walks rows down packed trees and adds up the class shares of the leaves they reach. The host sets the variables below
 * by name.
 */
import { at32 } from './memory/address'
import { walkRows } from './trees/walk-rows'

@unmanaged
export class Split {
  /** Byte offset of the feature in a row. */
  feature: u32
  threshold: f32
  /** Address of the left child; the right one follows it. */
  left: usize
  /** Whether missing values go left. */
  missingLeft: i32

  /** The step to a child, without a branch that could be mispredicted. */
  // @ts-ignore: decorator
  @inline
  next(row: usize): usize {
    const x = load<f32>(row + this.feature)
    const left = i32(x <= this.threshold) | (i32(x != x) & this.missingLeft)
    return this.left + <usize>(left ^ 1) * offsetof<Split>()
  }

  /** Of a leaf. */
  addTo(sum: usize): void {
    const shares = changetype<Leaf>(this).shares
    for (let k: usize = 0; k < sumBytes; k += 8) store<f64>(sum + k, load<f64>(sum + k) + load<f64>(shares + k))
  }
}

/** As large as a split, and walked as one: its feature is always 0, its threshold infinite, its left child itself. */
@unmanaged
export class Leaf {
  feature: u32
  threshold: f32
  left: usize
  /** Address of f64[classes]. */
  shares: usize
}

/** f32: `rowBytes` per row, the feature that is always 0 among them. */
export let rows: usize = 0
export let rowBytes: usize = 0
/** f64[rowCount][classes] */
export let sums: usize = 0
export let classes: i32 = 0

let sumBytes: usize = 0

/**
 * Adds to `sums`, tree by tree.
 *
 * @param roots u32[treeCount]: addresses of the roots
 */
export function addLeaves(roots: usize, treeCount: i32, rowCount: i32): void {
  sumBytes = <usize>classes << 3
  for (let tree = 0; tree < treeCount; tree++) {
    walkRows<Split>(load<u32>(at32(roots, tree)), rows, rowBytes, rowCount, sums, sumBytes)
  }
}
