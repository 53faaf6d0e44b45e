import type { Algorithm } from '../algorithm.ts'
import { fit, fitFromDisk } from './fit.ts'
import type { NaiveBayesParams } from './hyperparameters.ts'
import { type NaiveBayesModel, naiveBayesModel } from './model.ts'
import { predict } from './predict.ts'

/** scikit-learn's GaussianNB. */
export const naiveBayes: Algorithm<NaiveBayesParams, NaiveBayesModel> = {
  fit,
  fitFromDisk,
  predict,
  model: naiveBayesModel,
}
