import type { Algorithm } from '../algorithm.ts'
import { fit } from './fit.ts'
import { fitRegression } from './fit-regression.ts'
import type { SvmParams, SvmRegressorParams } from './hyperparameters.ts'
import { type SvmModel, svmModel } from './model.ts'
import { predictClasses, predictNumbers } from './predict.ts'

/** A support vector machine: scikit-learn's SVC. */
export const classifier: Algorithm<SvmParams, SvmModel> = { fit, predict: predictClasses, model: svmModel }

/** The same for numbers: scikit-learn's SVR. */
export const regressor: Algorithm<SvmRegressorParams, SvmModel, 'regression'> = {
  fit: fitRegression,
  predict: predictNumbers,
  model: svmModel,
}
