/**
 * Walks rows down the trees of a gradient boosting and adds up the values of the leaves they reach, in double precision. The
 * host sets the variables below by name.
 */
import { at32, at64 } from './memory/address'

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
}

/** f64: `rowBytes` per row, the feature that is always 0 among them. */
export let rows: usize = 0
export let rowBytes: usize = 0
/** f64[outputs][capacity] */
export let sums: usize = 0
export let capacity: i32 = 0
export let outputs: i32 = 1

// @ts-ignore: decorator
@inline
function step(address: usize, row: usize): usize {
  const node = changetype<Node>(address)
  const x = load<f64>(row + node.feature)
  let left = i32(x <= node.threshold)
  if (node.categories != 0 && x == x) {
    const category = <usize>x
    left = (<i32>load<u8>(node.categories + (category >> 3)) >> <i32>(category & 7)) & 1
  }
  left |= i32(x != x) & node.missingLeft
  return node.left + <usize>(left ^ 1) * offsetof<Node>()
}

function add(sum: usize, leaf: usize): void {
  store<f64>(sum, load<f64>(sum) + changetype<Node>(leaf).value)
}

/**
 * Adds the values of tree after tree to `sums`; tree t is of output t % outputs.
 *
 * @param roots u32[treeCount]: addresses of the roots
 */
export function addLeaves(roots: usize, treeCount: i32, rowCount: i32): void {
  for (let tree = 0; tree < treeCount; tree++) {
    const root = <usize>load<u32>(at32(roots, tree))
    let sum = at64(sums, (tree % outputs) * capacity)
    let row = rows
    let i = 0
    // Eight rows at a time, so that none waits for the memory of another.
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
      add(sum, a)
      add(sum + 8, b)
      add(sum + 16, c)
      add(sum + 24, d)
      add(sum + 32, e)
      add(sum + 40, f)
      add(sum + 48, g)
      add(sum + 56, h)
      row = row7 + rowBytes
      sum += 64
    }
    for (; i < rowCount; i++) {
      let node = root
      for (let next = step(node, row); next != node; next = step(node, row)) node = next
      add(sum, node)
      row += rowBytes
      sum += 8
    }
  }
}
