/**
 * scikit-learn's KDTree (sklearn/neighbors/_binary_tree.pxi.tp): a complete binary tree, whose nodes halve their rows
 * at the median of the feature of the largest spread. The order of the rows within a leaf, which decides between rows
 * that are equally far, is that of libstdc++'s `nth_element`.
 */
export type KdTree = {
  readonly nodeCount: number
  /** The numbers of the rows, leaf after leaf. */
  readonly order: Int32Array
  /** Per node, where its rows begin and end in `order`. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Per node and feature the smallest and the largest value, row-major. */
  readonly lower: Float64Array
  readonly upper: Float64Array
}

/** @param rows row-major */
export function buildKdTree(rows: Float64Array, columns: number, leafSize: number): KdTree {
  const count = rows.length / columns
  const levels = Math.floor(Math.log2(Math.max(1, (count - 1) / leafSize)) + 1)
  const nodeCount = 2 ** levels - 1
  const tree = {
    nodeCount,
    order: Int32Array.from({ length: count }, (_, i) => i),
    starts: new Int32Array(nodeCount),
    ends: new Int32Array(nodeCount),
    lower: new Float64Array(nodeCount * columns).fill(Number.POSITIVE_INFINITY),
    upper: new Float64Array(nodeCount * columns).fill(Number.NEGATIVE_INFINITY),
  }
  tree.ends[0] = count
  // A parent comes before its children.
  for (let node = 0; node < nodeCount; node++) {
    const [start, end] = [tree.starts[node], tree.ends[node]]
    measure(tree, node, rows, columns)
    const left = 2 * node + 1
    if (left >= nodeCount) continue
    const middle = start + Math.floor((end - start) / 2)
    select(tree.order, start, middle, end, comparison(rows, columns, widest(tree, node, columns)))
    tree.starts[left] = start
    tree.ends[left] = middle
    tree.starts[left + 1] = middle
    tree.ends[left + 1] = end
  }
  return tree
}

/** Finds the smallest and the largest value of each feature in a node's rows. */
function measure(
  { order, starts, ends, lower, upper }: KdTree,
  node: number,
  rows: Float64Array,
  columns: number,
) {
  const bounds = node * columns
  for (let at = starts[node]; at < ends[node]; at++) {
    const row = order[at] * columns
    for (let f = 0; f < columns; f++) {
      const value = rows[row + f]
      if (value < lower[bounds + f]) lower[bounds + f] = value
      if (value > upper[bounds + f]) upper[bounds + f] = value
    }
  }
}

/** The feature with the largest spread in a node; the first of equal ones. */
function widest({ lower, upper }: KdTree, node: number, columns: number): number {
  let best = 0
  let largest = 0
  for (let f = 0; f < columns; f++) {
    const spread = upper[node * columns + f] - lower[node * columns + f]
    if (spread > largest) {
      largest = spread
      best = f
    }
  }
  return best
}

type Before = (a: number, b: number) => boolean

/** Whether row a comes before row b: by the feature, then by number. */
function comparison(rows: Float64Array, columns: number, feature: number): Before {
  return (a, b) => {
    const [x, y] = [rows[a * columns + feature], rows[b * columns + feature]]
    return x === y ? a < b : x < y
  }
}

/**
 * Partially sorts `order[first … last-1]`: position `nth` holds what a full sort would put there, and nothing greater
 * comes before it (libstdc++'s `std::nth_element`).
 */
function select(order: Int32Array, first: number, nth: number, last: number, before: Before): void {
  if (first === last || nth === last) return
  let depth = 2 * Math.floor(Math.log2(last - first))
  while (last - first > 3 && depth > 0) {
    depth--
    const cut = partition(order, first, last, before)
    if (cut <= nth) first = cut
    else last = cut
  }
  // At most three rows are left, or the cuts were bad too often: there libstdc++ uses a heap.
  order.subarray(first, last).sort((a, b) => (before(a, b) ? -1 : 1))
}

/** Partitions the rows around the median of three. Returns where the second part begins. */
function partition(order: Int32Array, first: number, last: number, before: Before): number {
  const middle = first + Math.floor((last - first) / 2)
  swap(order, first, medianOf(order, first + 1, middle, last - 1, before))
  const pivot = order[first]
  let low = first + 1
  let high = last
  for (;;) {
    while (before(order[low], pivot)) low++
    high--
    while (before(pivot, order[high])) high--
    if (low >= high) return low
    swap(order, low, high)
    low++
  }
}

function medianOf(order: Int32Array, a: number, b: number, c: number, before: Before): number {
  if (before(order[a], order[b])) {
    if (before(order[b], order[c])) return b
    return before(order[a], order[c]) ? c : a
  }
  if (before(order[a], order[c])) return a
  return before(order[b], order[c]) ? c : b
}

function swap(order: Int32Array, a: number, b: number): void {
  const kept = order[a]
  order[a] = order[b]
  order[b] = kept
}
