import type { Algorithm } from '../algorithm.ts'
import { fitClassifier } from './fit.ts'
import type { GradientBoostingParams } from './hyperparameters.ts'
import { type GradientBoostingModel, gradientBoostingModel } from './model.ts'
import { predictClasses } from './predict.ts'

/** Trees that each mend the errors of those before (Friedman 2001): scikit-learn's HistGradientBoostingClassifier. */
export const gradientBoosting: Algorithm<GradientBoostingParams, GradientBoostingModel> = {
  fit: fitClassifier,
  predict: predictClasses,
  model: gradientBoostingModel,
}
