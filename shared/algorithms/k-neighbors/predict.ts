import type { Matrix } from '../../data/matrix.ts'
import { pairwiseSum } from '../../data/pairwise-sum.ts'
import type { Prediction } from '../algorithm.ts'
import { wholeDistance } from './distance.ts'
import { isSearchedInKernel, searchKernel } from './kernel-search.ts'
import type { KNeighborsModel, KNeighborsRegressorModel, NeighborsModel } from './model.ts'
import { type Neighbors, nearestTo } from './nearest.ts'
import { rowsOf, type SharedModel } from './shared-model.ts'

/**
 * The class with the largest sum of its neighbors' weights (the first of equal ones), and each class's share of all
 * weights.
 */
export function predictClasses(model: SharedModel<KNeighborsModel>, features: Matrix): Prediction {
  const { classCount, target, neighbors: k } = model
  const classes = new Int32Array(features.rows)
  const probabilities = new Float64Array(features.rows * classCount)
  const ofClass = new Float64Array(k)
  forEachRow(model, features, (row, { rows }, weights) => {
    const shares = probabilities.subarray(row * classCount, (row + 1) * classCount)
    for (let i = 0; i < k; i++) shares[target[rows[i]]] += weights[i]
    let best = 0
    for (let c = 0; c < classCount; c++) {
      if (shares[c] === 0) continue
      // scikit-learn decides by numpy's pairwise sums, but sums probabilities in order.
      for (let i = 0; i < k; i++) ofClass[i] = target[rows[i]] === c ? weights[i] : 0
      const sum = pairwiseSum(ofClass)
      if (sum > best) {
        best = sum
        classes[row] = c
      }
    }
    const whole = pairwiseSum(shares)
    for (let c = 0; c < classCount; c++) shares[c] /= whole
  })
  return { classes, probabilities }
}

/** The weighted mean of the neighbors' numbers. */
export function predictNumbers(
  model: SharedModel<KNeighborsRegressorModel>,
  features: Matrix,
): Prediction<'regression'> {
  const { target, neighbors: k } = model
  const values = new Float64Array(features.rows)
  const products = new Float64Array(k)
  forEachRow(model, features, (row, { rows }, weights) => {
    for (let i = 0; i < k; i++) products[i] = target[rows[i]] * weights[i]
    values[row] = pairwiseSum(products) / pairwiseSum(weights)
  })
  return { values }
}

function forEachRow(
  model: SharedModel,
  features: Matrix,
  visit: (row: number, neighbors: Neighbors, weights: Float64Array) => void,
): void {
  const { neighbors: k } = model
  const weights = new Float64Array(k).fill(1)
  const weighed = (row: number, neighbors: Neighbors) => {
    if (model.weights === 'distance') weigh(neighbors, model, weights)
    visit(row, neighbors, weights)
  }
  if (isSearchedInKernel(model)) {
    searchKernel(rowsOf(model), k, features, ({ rows, distances }, first, count) => {
      for (let i = 0; i < count; i++) {
        const [from, to] = [i * k, (i + 1) * k]
        weighed(first + i, { rows: rows.subarray(from, to), distances: distances.subarray(from, to) })
      }
    })
    return
  }
  const nearest = nearestTo(model)
  const point = new Float64Array(model.featureCount)
  for (let row = 0; row < features.rows; row++) {
    for (let f = 0; f < point.length; f++) point[f] = features.values[f * features.rows + row]
    weighed(row, nearest(point, 0))
  }
}

/** Weights that are the inverse of the distance; if a row is equal to the point, only such rows count. */
function weigh({ distances }: Neighbors, model: NeighborsModel, weights: Float64Array): void {
  for (let i = 0; i < weights.length; i++) weights[i] = 1 / wholeDistance(distances[i], model)
  // The first neighbor is the nearest one.
  if (weights[0] !== Number.POSITIVE_INFINITY) return
  for (let i = 0; i < weights.length; i++) weights[i] = weights[i] === Number.POSITIVE_INFINITY ? 1 : 0
}
