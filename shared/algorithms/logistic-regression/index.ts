import type { Algorithm } from '../algorithm.ts'
import { fit, fitFromDisk } from './fit.ts'
import type { LogisticRegressionParams } from './hyperparameters.ts'
import { type LogisticRegressionModel, logisticRegressionModel } from './model.ts'
import { predict } from './predict.ts'

export const logisticRegression: Algorithm<LogisticRegressionParams, LogisticRegressionModel> = {
  fit,
  fitFromDisk,
  predict,
  model: logisticRegressionModel,
}
