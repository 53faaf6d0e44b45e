import type { Algorithm } from '../algorithm.ts'
import { fit, fitFromDisk } from './fit.ts'
import type { LinearRegressionParams } from './hyperparameters.ts'
import { type LinearRegressionModel, linearRegressionModel } from './model.ts'
import { predict } from './predict.ts'

/** scikit-learn's LinearRegression, Ridge, Lasso and ElasticNet. */
export const linearRegression: Algorithm<LinearRegressionParams, LinearRegressionModel, 'regression'> = {
  fit,
  fitFromDisk,
  predict,
  model: linearRegressionModel,
}
