import type { Algorithm } from '../algorithm.ts'
import { fit } from './fit.ts'
import type { DecisionTreeParams } from './hyperparameters.ts'
import { type DecisionTreeModel, decisionTreeModel } from './model.ts'
import { predict } from './predict.ts'

/** A single decision tree (CART): scikit-learn's DecisionTreeClassifier. */
export const decisionTree: Algorithm<DecisionTreeParams, DecisionTreeModel> = {
  fit,
  predict,
  model: decisionTreeModel,
}
