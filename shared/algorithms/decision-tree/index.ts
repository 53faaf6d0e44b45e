import type { Algorithm } from '../algorithm.ts'
import { fitClassifier, fitRegressor } from './fit.ts'
import type { DecisionTreeParams, DecisionTreeRegressorParams } from './hyperparameters.ts'
import {
  type DecisionTreeModel,
  type DecisionTreeRegressorModel,
  decisionTreeModel,
  decisionTreeRegressorModel,
} from './model.ts'
import { predictClasses, predictNumbers } from './predict.ts'

/** A single decision tree (CART): scikit-learn's DecisionTreeClassifier. */
export const classifier: Algorithm<DecisionTreeParams, DecisionTreeModel> = {
  fit: fitClassifier,
  predict: predictClasses,
  model: decisionTreeModel,
}

/** The same for numbers: scikit-learn's DecisionTreeRegressor. */
export const regressor: Algorithm<DecisionTreeRegressorParams, DecisionTreeRegressorModel, 'regression'> = {
  fit: fitRegressor,
  predict: predictNumbers,
  model: decisionTreeRegressorModel,
}
