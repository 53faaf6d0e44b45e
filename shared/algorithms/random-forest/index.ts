import type { Algorithm } from '../algorithm.ts'
import { fitClassifier, fitRegressor } from '../forest/fit.ts'
import {
  type ForestClassifierModel,
  type ForestRegressorModel,
  forestClassifierModel,
  forestRegressorModel,
} from '../forest/model.ts'
import { predictClasses, predictNumbers } from '../forest/predict.ts'
import type { RandomForestParams, RandomForestRegressorParams } from './hyperparameters.ts'

/** Trees on bootstrap samples, averaged (Breiman 2001): scikit-learn's RandomForestClassifier. */
export const classifier: Algorithm<RandomForestParams, ForestClassifierModel> = {
  fit: (data, params, context) => fitClassifier(data, { ...params, splitter: 'best' }, context),
  predict: predictClasses,
  model: forestClassifierModel,
}

/** The same for numbers: scikit-learn's RandomForestRegressor. */
export const regressor: Algorithm<RandomForestRegressorParams, ForestRegressorModel, 'regression'> = {
  fit: (data, params, context) => fitRegressor(data, { ...params, splitter: 'best' }, context),
  predict: predictNumbers,
  model: forestRegressorModel,
}
