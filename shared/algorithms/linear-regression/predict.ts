import { column, type Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import type { LinearRegressionModel } from './model.ts'

/** The intercept plus each feature times its coefficient, added in the order of the features. */
export function predict(
  { coefficients, intercept }: LinearRegressionModel,
  features: Matrix,
): Prediction<'regression'> {
  const values = new Float64Array(features.rows).fill(intercept)
  coefficients.forEach((coefficient, j) => {
    const of = column(features, j)
    for (let i = 0; i < values.length; i++) values[i] += coefficient * of[i]
  })
  return { values }
}
