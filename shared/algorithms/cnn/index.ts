import type { Algorithm } from '../algorithm.ts'
import { type NetworkModel, networkModel } from '../network/model.ts'
import { predictClasses, predictNumbers } from '../network/predict.ts'
import { classesOnThreads, numbersOnThreads } from '../network/predict-tasks.ts'
import { fitClassifier, fitClassifierFromDisk, fitRegressor, fitRegressorFromDisk } from './fit.ts'
import type { CnnParams, CnnRegressorParams } from './hyperparameters.ts'

/** Keras' convolutional network, with a softmax over the classes. */
export const classifier: Algorithm<CnnParams, NetworkModel, 'classification', NetworkModel> = {
  fit: fitClassifier,
  fitFromDisk: fitClassifierFromDisk,
  predict: predictClasses,
  onThreads: classesOnThreads,
  model: networkModel,
}

/** The same for numbers, with one linear output. */
export const regressor: Algorithm<CnnRegressorParams, NetworkModel, 'regression', NetworkModel> = {
  fit: fitRegressor,
  fitFromDisk: fitRegressorFromDisk,
  predict: predictNumbers,
  onThreads: numbersOnThreads,
  model: networkModel,
}
