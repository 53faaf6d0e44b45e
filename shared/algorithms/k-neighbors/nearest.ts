import { type ReducedDistance, reducedDistance, term } from './distance.ts'
import { buildKdTree, type KdTree } from './kd-tree.ts'
import type { NeighborsModel } from './model.ts'

/** The neighbors of a point, nearest first: the numbers of their rows, and their reduced distances. */
export type Neighbors = { readonly rows: Int32Array; readonly distances: Float64Array }

/**
 * Returns a function that finds the neighbors of the point that begins at `points[at]`. Each call overwrites the
 * arrays of the last.
 */
export function nearestTo(model: NeighborsModel): (points: Float64Array, at: number) => Neighbors {
  return model.search === 'kd_tree' ? byTree(model) : byAll(model)
}

/** Brute force: compares with all rows. Of rows at equal distance, the first ones count. */
function byAll({ rows, featureCount, neighbors: k, ...model }: NeighborsModel) {
  const reduced = reducedDistance(model)
  const count = rows.length / featureCount
  const found = { rows: new Int32Array(k), distances: new Float64Array(k) }
  const { distances } = found
  return (points: Float64Array, at: number): Neighbors => {
    distances.fill(Number.POSITIVE_INFINITY)
    for (let i = 0; i < count; i++) {
      const distance = reduced(points, at, rows, i * featureCount, featureCount, distances[k - 1])
      if (!(distance < distances[k - 1])) continue
      let place = k - 1
      for (; place > 0 && distances[place - 1] > distance; place--) {
        distances[place] = distances[place - 1]
        found.rows[place] = found.rows[place - 1]
      }
      distances[place] = distance
      found.rows[place] = i
    }
    return found
  }
}

const trees = new WeakMap<NeighborsModel, KdTree>()

function treeOf(model: NeighborsModel): KdTree {
  const tree = trees.get(model) ?? buildKdTree(model.rows, model.featureCount, model.leafSize)
  trees.set(model, tree)
  return tree
}

/**
 * Searches the nodes of the tree that may hold a neighbor, the nearer one first. Of rows at equal distance, those count
 * that scikit-learn takes.
 */
function byTree(model: NeighborsModel) {
  const { rows, featureCount, neighbors: k } = model
  const reduced: ReducedDistance = reducedDistance(model)
  const tree = treeOf(model)
  const { order, starts, ends, nodeCount } = tree
  const heap = { rows: new Int32Array(k), distances: new Float64Array(k) }
  const found = { rows: new Int32Array(k), distances: new Float64Array(k) }

  function visit(node: number, bound: number, points: Float64Array, at: number): void {
    if (bound > heap.distances[0]) return
    const left = 2 * node + 1
    if (left >= nodeCount) {
      for (let i = starts[node]; i < ends[node]; i++) {
        const row = order[i]
        push(heap, reduced(points, at, rows, row * featureCount, featureCount, heap.distances[0]), row)
      }
      return
    }
    const toLeft = distanceToNode(tree, left, points, at, model)
    const toRight = distanceToNode(tree, left + 1, points, at, model)
    if (toLeft <= toRight) visit(left, toLeft, points, at)
    visit(left + 1, toRight, points, at)
    if (toLeft > toRight) visit(left, toLeft, points, at)
  }

  return (points: Float64Array, at: number): Neighbors => {
    heap.distances.fill(Number.POSITIVE_INFINITY)
    visit(0, 0, points, at)
    const byDistance = Array.from(heap.distances.keys()).sort((a, b) => heap.distances[a] - heap.distances[b])
    byDistance.forEach((from, place) => {
      found.distances[place] = heap.distances[from]
      found.rows[place] = heap.rows[from]
    })
    return found
  }
}

/** A lower bound of the reduced distance to any point of a node. */
function distanceToNode(
  { lower, upper }: KdTree,
  node: number,
  points: Float64Array,
  at: number,
  model: NeighborsModel,
): number {
  const { featureCount } = model
  let distance = 0
  for (let f = 0; f < featureCount; f++) {
    const value = points[at + f]
    const below = Math.max(0, lower[node * featureCount + f] - value)
    const outside = below > 0 ? below : Math.max(0, value - upper[node * featureCount + f])
    if (model.metric === 'chebyshev') distance = Math.max(distance, outside)
    else distance += term(outside, model)
  }
  return distance
}

/**
 * If the row is nearer than the farthest neighbor, which is first in the heap, replaces that one: scikit-learn's
 * `heap_push`, which decides which row at equal distance leaves.
 */
function push(heap: Neighbors, distance: number, row: number): void {
  const { distances, rows } = heap
  if (!(distance < distances[0])) return
  const size = distances.length
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    if (left >= size) break
    const right = left + 1
    const child = right >= size || distances[left] >= distances[right] ? left : right
    if (!(distance < distances[child])) break
    distances[at] = distances[child]
    rows[at] = rows[child]
    at = child
  }
  distances[at] = distance
  rows[at] = row
}
