import type { Algorithm } from '../algorithm.ts'
import { fitClassifier, fitRegressor } from './fit.ts'
import type { KNeighborsParams } from './hyperparameters.ts'
import {
  type KNeighborsModel,
  type KNeighborsRegressorModel,
  kNeighborsModel,
  kNeighborsRegressorModel,
} from './model.ts'
import { predictClasses, predictNumbers } from './predict.ts'

/** A vote of the nearest training rows (Cover and Hart 1967): scikit-learn's KNeighborsClassifier. */
export const classifier: Algorithm<KNeighborsParams, KNeighborsModel> = {
  fit: fitClassifier,
  predict: predictClasses,
  model: kNeighborsModel,
}

/** Their mean: scikit-learn's KNeighborsRegressor. */
export const regressor: Algorithm<KNeighborsParams, KNeighborsRegressorModel, 'regression'> = {
  fit: fitRegressor,
  predict: predictNumbers,
  model: kNeighborsRegressorModel,
}
