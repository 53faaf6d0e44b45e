/**
 * Walks rows down packed trees and adds up the class shares of the leaves they reach.
 *
 * A node is 16 bytes: the byte offset of its feature in a row (i32), its threshold (f32), the address of its left child
 * (i32; the right one follows it) and whether missing values go left (i32). A leaf tests a feature that is always 0
 * against infinity and has itself as left child; its last word is the address of its class shares.
 */

/** The step from a node to its child, without a branch that could be mispredicted. */
@inline function step(node: usize, row: usize): usize {
  const x = load<f32>(row + load<u32>(node))
  const left = i32(x <= load<f32>(node, 4)) | (i32(x != x) & load<i32>(node, 12))
  return load<u32>(node, 8) + (<usize>(left ^ 1) << 4)
}

@inline function add(leaf: usize, sums: usize, bytes: usize): void {
  const shares = load<u32>(leaf, 12)
  for (let k: usize = 0; k < bytes; k += 8) store<f64>(sums + k, load<f64>(sums + k) + load<f64>(shares + k))
}

/**
 * @param roots u32[treeCount]: addresses of the roots
 * @param rows f32: `rowBytes` per row, the feature that is always 0 among them
 * @param sums f64[rowCount][classes], added to tree by tree
 */
export function addLeaves(
  roots: usize, treeCount: i32, rows: usize, rowBytes: usize, rowCount: i32, sums: usize, classes: i32,
): void {
  const bytes = (<usize>classes) << 3
  for (let tree = 0; tree < treeCount; tree++) {
    const root = <usize>load<u32>(roots + ((<usize>tree) << 2))
    let row = rows
    let sum = sums
    let i = 0
    // Eight rows at a time, so that the memory answers one while the others wait.
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
