/**
 * Walks rows down packed trees and adds up the class shares of the leaves they reach. The host sets the variables below
 * by name.
 */
import { at32 } from './memory/address'

@unmanaged
export class Split {
  /** Byte offset of the feature in a row. */
  feature: u32
  threshold: f32
  /** Address of the left child; the right one follows it. */
  left: usize
  /** Whether missing values go left. */
  missingLeft: i32
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

/** The step from a node to its child, without a branch that could be mispredicted. */
// @ts-ignore: decorator
@inline
function step(node: usize, row: usize): usize {
  const split = changetype<Split>(node)
  const x = load<f32>(row + split.feature)
  const left = i32(x <= split.threshold) | (i32(x != x) & split.missingLeft)
  return split.left + <usize>(left ^ 1) * offsetof<Split>()
}

function add(leaf: usize, sums: usize, bytes: usize): void {
  const shares = changetype<Leaf>(leaf).shares
  for (let k: usize = 0; k < bytes; k += 8) store<f64>(sums + k, load<f64>(sums + k) + load<f64>(shares + k))
}

/**
 * Adds to `sums`, tree by tree.
 *
 * @param roots u32[treeCount]: addresses of the roots
 */
export function addLeaves(roots: usize, treeCount: i32, rowCount: i32): void {
  const bytes = <usize>classes << 3
  for (let tree = 0; tree < treeCount; tree++) {
    const root = <usize>load<u32>(at32(roots, tree))
    let row = rows
    let sum = sums
    let i = 0
    // Eight rows at a time, so that their cache misses overlap.
    for (; i + 8 <= rowCount; i += 8) {
      const row1 = row + rowBytes
      const row2 = row1 + rowBytes
      const row3 = row2 + rowBytes
      const row4 = row3 + rowBytes
      const row5 = row4 + rowBytes
      const row6 = row5 + rowBytes
      const row7 = row6 + rowBytes
      let a = root, b = root, c = root, d = root, e = root, f = root, g = root, h = root
      while (true) {
        const a1 = step(a, row)
        const b1 = step(b, row1)
        const c1 = step(c, row2)
        const d1 = step(d, row3)
        const e1 = step(e, row4)
        const f1 = step(f, row5)
        const g1 = step(g, row6)
        const h1 = step(h, row7)
        const moved = (a ^ a1) | (b ^ b1) | (c ^ c1) | (d ^ d1) | (e ^ e1) | (f ^ f1) | (g ^ g1) | (h ^ h1)
        if (moved == 0) break
        a = a1
        b = b1
        c = c1
        d = d1
        e = e1
        f = f1
        g = g1
        h = h1
      }
      add(a, sum, bytes)
      add(b, sum + bytes, bytes)
      add(c, sum + 2 * bytes, bytes)
      add(d, sum + 3 * bytes, bytes)
      add(e, sum + 4 * bytes, bytes)
      add(f, sum + 5 * bytes, bytes)
      add(g, sum + 6 * bytes, bytes)
      add(h, sum + 7 * bytes, bytes)
      row = row7 + rowBytes
      sum += 8 * bytes
    }
    for (; i < rowCount; i++) {
      let node = root
      for (let next = step(node, row); next != node; next = step(node, row)) node = next
      add(node, sum, bytes)
      row += rowBytes
      sum += bytes
    }
  }
}
