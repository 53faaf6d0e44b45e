import type { Matrix } from '../../data/matrix.ts'
import { pairwiseSum } from '../../data/pairwise-sum.ts'
import type { Prediction } from '../algorithm.ts'
import { wholeDistance } from './distance.ts'
import type { KNeighborsModel, KNeighborsRegressorModel, NeighborsModel } from './model.ts'
import { type Neighbors, nearestTo } from './nearest.ts'

/**
 * The class with the largest sum of its neighbors' weights (the first of equal ones), and each class's share of all
 * weights.
 */
export function predictClasses(model: KNeighborsModel, features: Matrix): Prediction {
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
export function predictNumbers(model: KNeighborsRegressorModel, features: Matrix): Prediction<'regression'> {
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
  model: NeighborsModel,
  { rows, values }: Matrix,
  visit: (row: number, neighbors: Neighbors, weights: Float64Array) => void,
): void {
  const { featureCount, neighbors: k } = model
  const nearest = nearestTo(model)
  const point = new Float64Array(featureCount)
  const weights = new Float64Array(k).fill(1)
  for (let row = 0; row < rows; row++) {
    for (let f = 0; f < featureCount; f++) point[f] = values[f * rows + row]
    const neighbors = nearest(point, 0)
    if (model.weights === 'distance') weigh(neighbors, model, weights)
    visit(row, neighbors, weights)
  }
}

/** Weights that are the inverse of the distance; if a row is equal to the point, only such rows count. */
function weigh({ distances }: Neighbors, model: NeighborsModel, weights: Float64Array): void {
  for (let i = 0; i < weights.length; i++) weights[i] = 1 / wholeDistance(distances[i], model)
  // The first neighbor is the nearest one.
  if (weights[0] !== Number.POSITIVE_INFINITY) return
  for (let i = 0; i < weights.length; i++) weights[i] = weights[i] === Number.POSITIVE_INFINITY ? 1 : 0
}
