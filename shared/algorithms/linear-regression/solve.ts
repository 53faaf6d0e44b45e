import { column, type Matrix, zeros } from '../../data/matrix.ts'
import { pairwiseSum } from '../../data/pairwise-sum.ts'
import type { Features } from '../../disk/disk-matrix.ts'
import type { Fit, FitContext } from '../algorithm.ts'
import { coordinateDescent, type Penalty } from './coordinate-descent.ts'
import { centred, type Gram, gramOf, type Rows } from './gram.ts'
import type { LinearRegressionParams } from './hyperparameters.ts'
import { leastSquares } from './least-squares.ts'
import type { LinearRegressionModel } from './model.ts'
import { positiveFeatures, withFeatures } from './non-negative.ts'

/** scikit-learn's defaults of `tol`: LinearRegression's, and Lasso's and ElasticNet's. */
const LEAST_SQUARES_TOLERANCE = 1e-6
const DESCENT_TOLERANCE = 1e-4

/**
 * Fits a linear regression: the minimum that scikit-learn's LinearRegression, Ridge (penalty l2), Lasso (l1) or
 * ElasticNet seeks.
 *
 * @param target a number per row of `features`
 */
export async function fitLinear(
  features: Features,
  target: Float64Array,
  params: LinearRegressionParams,
  context: FitContext,
): Promise<Fit<LinearRegressionModel>> {
  const rows = centred(features, target, params.fit_intercept)
  const summed = await gramOf(rows, context)
  if ('checkpoint' in summed) return summed
  const { penalty } = params
  return penalty === 'l1' || penalty === 'elasticnet'
    ? descend(rows, summed, penalty === 'l1' ? 1 : params.l1_ratio, params, context)
    : solve(rows, summed, params, context)
}

/**
 * As `fitLinear`, with weights: subtracts the weighted means and multiplies the rows by the square roots of their
 * weights.
 *
 * @param weights one per row
 */
export async function fitWeighted(
  features: Matrix,
  target: Float64Array,
  params: LinearRegressionParams,
  context: FitContext,
  weights: Float64Array,
): Promise<Fit<LinearRegressionModel>> {
  const { penalty, fit_intercept } = params
  // Lasso and ElasticNet divide by the number of rows, to which scikit-learn scales the sum of the weights.
  const isMean = penalty === 'l1' || penalty === 'elasticnet'
  const scale = isMean ? features.rows / pairwiseSum(weights) : 1
  const roots = weights.map((weight) => Math.sqrt(weight * scale))
  const scaled = zeros(features.rows, features.columns)
  const means = new Float64Array(features.columns)
  for (let j = 0; j < features.columns; j++) {
    means[j] = scaleRows(column(features, j), weights, roots, fit_intercept, column(scaled, j))
  }
  const scaledTarget = new Float64Array(target.length)
  const targetMean = scaleRows(target, weights, roots, fit_intercept, scaledTarget)
  const fit = await fitLinear(scaled, scaledTarget, { ...params, fit_intercept: false }, context)
  if (fit.status === 'paused') return fit
  const { coefficients } = fit.model
  let intercept = targetMean
  for (let j = 0; j < means.length; j++) intercept -= means[j] * coefficients[j]
  return { ...fit, model: { ...fit.model, intercept } }
}

/**
 * Writes to `out` the values minus their weighted mean, times the square roots of the weights. Returns the mean (0
 * without an intercept).
 */
function scaleRows(
  values: Float64Array,
  weights: Float64Array,
  roots: Float64Array,
  hasIntercept: boolean,
  out: Float64Array,
): number {
  const products = values.map((value, i) => value * weights[i])
  const mean = hasIntercept ? pairwiseSum(products) / pairwiseSum(weights) : 0
  for (let i = 0; i < values.length; i++) out[i] = (values[i] - mean) * roots[i]
  return mean
}

/** Least squares, with the penalty l2 or none. */
async function solve(
  rows: Rows,
  gram: Gram,
  params: LinearRegressionParams,
  context: FitContext,
): Promise<Fit<LinearRegressionModel>> {
  const ridge = params.penalty === 'l2' ? params.alpha : 0
  const tolerance = params.tol ?? LEAST_SQUARES_TOLERANCE
  if (params.positive) {
    const chosen = positiveFeatures(gram, ridge)
    const part = withFeatures(rows, gram, chosen)
    const found = await leastSquares(part.rows, part.gram, ridge, tolerance, context)
    const all = new Float64Array(gram.size)
    chosen.forEach((j, i) => {
      all[j] = Math.max(0, found.coefficients[i])
    })
    return { status: 'done', model: modelOf(rows, all), warnings: [] }
  }
  const { coefficients, rank } = await leastSquares(rows, gram, ridge, tolerance, context)
  const warnings =
    rank < gram.size && ridge === 0
      ? [
          `linear_regression found only ${rank} of the ${gram.size} features to be independent of each other, and chose the smallest coefficients: penalty l2 makes them certain.`,
        ]
      : []
  return { status: 'done', model: modelOf(rows, coefficients), warnings }
}

/** Lasso and ElasticNet. Their objective is that of the coordinate descent divided by the number of rows. */
async function descend(
  rows: Rows,
  gram: Gram,
  l1Share: number,
  params: LinearRegressionParams,
  context: FitContext,
): Promise<Fit<LinearRegressionModel>> {
  const strength = params.alpha * rows.features.rows
  const penalty: Penalty = {
    l1: strength * l1Share,
    l2: strength * (1 - l1Share),
    positive: params.positive,
  }
  const stop = { tolerance: params.tol ?? DESCENT_TOLERANCE, maxIterations: params.max_iter }
  const descent = await coordinateDescent(gram, penalty, stop, context)
  if (descent.status === 'paused') return descent
  const { state, converged } = descent
  const warnings = converged
    ? []
    : [
        `linear_regression did not converge in ${params.max_iter} iterations: raise max_iter or tol, or penalize more with a larger alpha.`,
      ]
  const model = { ...modelOf(rows, state.coefficients), iterations: state.iterations }
  return { status: 'done', model, warnings }
}

function modelOf({ features, means, targetMean }: Rows, coefficients: Float64Array): LinearRegressionModel {
  let intercept = targetMean
  for (let j = 0; j < features.columns; j++) intercept -= means[j] * coefficients[j]
  return { featureCount: features.columns, coefficients, intercept }
}
