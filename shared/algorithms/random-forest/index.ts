import type { Algorithm } from '../algorithm.ts'
import { fit } from './fit.ts'
import type { RandomForestParams } from './hyperparameters.ts'
import { type RandomForestModel, randomForestModel } from './model.ts'
import { predict } from './predict.ts'

/** Trees on bootstrap samples, averaged (Breiman 2001): scikit-learn's RandomForestClassifier. */
export const randomForest: Algorithm<RandomForestParams, RandomForestModel> = {
  fit,
  predict,
  model: randomForestModel,
}
