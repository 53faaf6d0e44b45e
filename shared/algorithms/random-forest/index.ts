import type { Algorithm } from '../algorithm.ts'
import { fitClassifier, fitRegressor } from '../forest/fit.ts'
import {
  type ForestClassifierModel,
  type ForestRegressorModel,
  forestClassifierModel,
  forestRegressorModel,
} from '../forest/model.ts'
import { classesOnThreads, numbersOnThreads } from '../forest/on-threads.ts'
import { predictClasses, predictNumbers } from '../forest/predict.ts'
import type { PackedTrees } from '../trees/packed-trees.ts'
import type { RandomForestParams, RandomForestRegressorParams } from './hyperparameters.ts'

/** Trees on bootstrap samples, averaged (Breiman 2001): scikit-learn's RandomForestClassifier. */
export const classifier: Algorithm<RandomForestParams, ForestClassifierModel, 'classification', PackedTrees> =
  {
    fit: (data, params, context) => fitClassifier(data, { ...params, splitter: 'best' }, context),
    predict: predictClasses,
    onThreads: classesOnThreads,
    model: forestClassifierModel,
  }

/** The same for numbers: scikit-learn's RandomForestRegressor. */
export const regressor: Algorithm<
  RandomForestRegressorParams,
  ForestRegressorModel,
  'regression',
  PackedTrees
> = {
  fit: (data, params, context) => fitRegressor(data, { ...params, splitter: 'best' }, context),
  predict: predictNumbers,
  onThreads: numbersOnThreads,
  model: forestRegressorModel,
}
