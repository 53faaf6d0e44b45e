import type { Matrix } from '../../data/matrix.ts'
import { sumLeafValues } from '../trees/leaves.ts'
import type { Tree } from '../trees/model.ts'
import { drawRows, type Sampling } from './bootstrap.ts'

/**
 * What the trees that did not draw a training row make of it, on average: scikit-learn's `oob_decision_function_` or
 * `oob_prediction_`.
 *
 * @param width values of a leaf: the number of classes, or 1
 * @returns row-major means, 0 for a row that every tree has drawn; `unseen` counts these rows
 */
export function outOfBagMeans(
  features: Matrix,
  width: number,
  sampling: Sampling,
  seeds: Float64Array,
  trees: readonly Tree[],
): { means: Float64Array; unseen: number } {
  const sums = new Float64Array(features.rows * width)
  const votes = new Int32Array(features.rows)
  seeds.forEach((seed, index) => {
    const counts = drawRows(seed, features.rows, sampling)
    const values = sumLeafValues(trees, features, width, index)
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] > 0) continue
      votes[i]++
      for (let k = 0; k < width; k++) sums[i * width + k] += values[i * width + k]
    }
  })
  const means = sums.map((sum, v) => sum / Math.max(1, votes[Math.floor(v / width)]))
  return { means, unseen: votes.reduce((n, count) => n + (count === 0 ? 1 : 0), 0) }
}
