import type { Algorithm } from '../algorithm.ts'
import { fitClassifier, fitClassifierFromDisk, fitRegressor, fitRegressorFromDisk } from './fit.ts'
import type { GradientBoostingParams, GradientBoostingRegressorParams } from './hyperparameters.ts'
import { type GradientBoostingModel, gradientBoostingModel } from './model.ts'
import { predictClasses, predictNumbers } from './predict.ts'
import { classesOnThreads, numbersOnThreads } from './predict-tasks.ts'

/** Trees that each mend the errors of those before (Friedman 2001): scikit-learn's HistGradientBoostingClassifier. */
export const classifier: Algorithm<
  GradientBoostingParams,
  GradientBoostingModel,
  'classification',
  GradientBoostingModel
> = {
  fit: fitClassifier,
  fitFromDisk: fitClassifierFromDisk,
  predict: predictClasses,
  onThreads: classesOnThreads,
  model: gradientBoostingModel,
}

/** The same for numbers: scikit-learn's HistGradientBoostingRegressor. */
export const regressor: Algorithm<
  GradientBoostingRegressorParams,
  GradientBoostingModel,
  'regression',
  GradientBoostingModel
> = {
  fit: fitRegressor,
  fitFromDisk: fitRegressorFromDisk,
  predict: predictNumbers,
  onThreads: numbersOnThreads,
  model: gradientBoostingModel,
}
