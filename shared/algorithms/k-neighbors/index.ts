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
import { classesOnThreads, numbersOnThreads } from './predict-tasks.ts'
import type { SharedModel } from './shared-model.ts'

/** A vote of the nearest training rows (Cover and Hart 1967): scikit-learn's KNeighborsClassifier. */
export const classifier: Algorithm<
  KNeighborsParams,
  KNeighborsModel,
  'classification',
  SharedModel<KNeighborsModel>
> = {
  fit: fitClassifier,
  predict: predictClasses,
  onThreads: classesOnThreads,
  model: kNeighborsModel,
}

/** The mean of the nearest training rows: scikit-learn's KNeighborsRegressor. */
export const regressor: Algorithm<
  KNeighborsParams,
  KNeighborsRegressorModel,
  'regression',
  SharedModel<KNeighborsRegressorModel>
> = {
  fit: fitRegressor,
  predict: predictNumbers,
  onThreads: numbersOnThreads,
  model: kNeighborsRegressorModel,
}
