/** Walks rows down a tree. */

export interface TreeNode {
  /** The child that a row goes to, from its address; of a leaf, the leaf itself. */
  next(row: usize): usize
  /** Of a leaf: adds what it holds to a row's sum, from its address. */
  addTo(sum: usize): void
}

/**
 * Adds to the sums of all rows what their leaves hold.
 *
 * @param root address of the tree's first node
 * @param row address of the first row
 * @param sum address of its sum
 * @param sumBytes from one row's sum to the next one's
 */
export function walkRows<T extends TreeNode>(
  root: usize,
  row: usize,
  rowBytes: usize,
  rowCount: i32,
  sum: usize,
  sumBytes: usize,
): void {
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
    let a = root,
      b = root,
      c = root,
      d = root,
      e = root,
      f = root,
      g = root,
      h = root
    while (true) {
      const a1 = changetype<T>(a).next(row)
      const b1 = changetype<T>(b).next(row1)
      const c1 = changetype<T>(c).next(row2)
      const d1 = changetype<T>(d).next(row3)
      const e1 = changetype<T>(e).next(row4)
      const f1 = changetype<T>(f).next(row5)
      const g1 = changetype<T>(g).next(row6)
      const h1 = changetype<T>(h).next(row7)
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
    changetype<T>(a).addTo(sum)
    changetype<T>(b).addTo(sum + sumBytes)
    changetype<T>(c).addTo(sum + 2 * sumBytes)
    changetype<T>(d).addTo(sum + 3 * sumBytes)
    changetype<T>(e).addTo(sum + 4 * sumBytes)
    changetype<T>(f).addTo(sum + 5 * sumBytes)
    changetype<T>(g).addTo(sum + 6 * sumBytes)
    changetype<T>(h).addTo(sum + 7 * sumBytes)
    row = row7 + rowBytes
    sum += 8 * sumBytes
  }
  for (; i < rowCount; i++) {
    let node = root
    for (let next = changetype<T>(node).next(row); next != node; next = changetype<T>(node).next(row))
      node = next
    changetype<T>(node).addTo(sum)
    row += rowBytes
    sum += sumBytes
  }
}
