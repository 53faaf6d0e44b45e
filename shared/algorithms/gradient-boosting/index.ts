import type { Algorithm } from '../algorithm.ts'
import { fit } from './fit.ts'
import type { GradientBoostingParams } from './hyperparameters.ts'
import { type GradientBoostingModel, gradientBoostingModel } from './model.ts'
import { predict } from './predict.ts'

/** Trees that each mend the errors of those before (Friedman 2001): scikit-learn's HistGradientBoostingClassifier. */
export const gradientBoosting: Algorithm<GradientBoostingParams, GradientBoostingModel> = {
  fit,
  predict,
  model: gradientBoostingModel,
}
