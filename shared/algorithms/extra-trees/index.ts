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
import type { ExtraTreesParams, ExtraTreesRegressorParams } from './hyperparameters.ts'

/** Trees of random thresholds, averaged (Geurts, Ernst and Wehenkel 2006): scikit-learn's ExtraTreesClassifier. */
export const classifier: Algorithm<ExtraTreesParams, ForestClassifierModel, 'classification', PackedTrees> = {
  fit: (data, params, context) => fitClassifier(data, { ...params, splitter: 'random' }, context),
  predict: predictClasses,
  onThreads: classesOnThreads,
  model: forestClassifierModel,
}

/** The same for numbers: scikit-learn's ExtraTreesRegressor. */
export const regressor: Algorithm<
  ExtraTreesRegressorParams,
  ForestRegressorModel,
  'regression',
  PackedTrees
> = {
  fit: (data, params, context) => fitRegressor(data, { ...params, splitter: 'random' }, context),
  predict: predictNumbers,
  onThreads: numbersOnThreads,
  model: forestRegressorModel,
}
