import { column } from '../../data/matrix.ts'
import { MAX_THRESHOLDS } from '../../wasm/kernels/boosting.ts'
import type { BoostingProblem } from './problem.ts'
import { type BoostedRows, valuesOf } from './taken-rows.ts'
import { addTree, addTreeToBins, type BinnedColumn, type TreeWalk } from './walk.ts'

/**
 * Returns a function that adds a tree's values to the sums of the rows. Rows in memory are compared by their values;
 * rows in a file by their bins, which take one byte a value.
 */
export function openWalk(features: BoostedRows, problem: BoostingProblem): TreeWalk {
  if ('values' in features) {
    const columns = Array.from({ length: features.columns }, (_, j) => column(features, j))
    return (nodes, tree, sums) => addTree(nodes, tree, columns, sums)
  }
  const { memory, addresses, order } = problem
  const counts = new Int32Array(memory.buffer, addresses.thresholdCounts, order.length)
  const columns: BinnedColumn[] = []
  for (const [feature, j] of order.entries()) {
    const at = addresses.thresholds + feature * MAX_THRESHOLDS * 8
    const thresholds = new Float64Array(memory.buffer, at, counts[feature])
    const { maxBins } = problem.settings
    const values = new Float64Array(256).fill(Number.POSITIVE_INFINITY)
    values.set(thresholds)
    values[maxBins] = Number.NaN
    const bins =
      features === problem.features
        ? new Uint8Array(memory.buffer, addresses.columns + feature * features.rows, features.rows)
        : Uint8Array.from(valuesOf(features, j), (value) => binOf(value, thresholds, maxBins))
    columns[j] = { bins, values }
  }
  return (nodes, tree, sums) => addTreeToBins(nodes, tree, columns, sums)
}

/** How many thresholds lie below the value, as the kernel counts them. */
function binOf(value: number, thresholds: Float64Array, missingBin: number): number {
  if (Number.isNaN(value)) return missingBin
  let low = 0
  let high = thresholds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (thresholds[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}
