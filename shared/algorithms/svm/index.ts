import type { Algorithm } from '../algorithm.ts'
import { fitCalibrated } from './calibrated-fit.ts'
import { fit } from './fit.ts'
import { fitRegression } from './fit-regression.ts'
import type { SvmParams, SvmRegressorParams } from './hyperparameters.ts'
import { type SvmClassifierModel, type SvmModel, svmClassifierModel, svmModel } from './model.ts'
import { predictClasses, predictNumbers } from './predict.ts'
import { classesOnThreads, numbersOnThreads } from './predict-tasks.ts'

/** A support vector machine: scikit-learn's SVC. */
export const classifier: Algorithm<SvmParams, SvmClassifierModel, 'classification', SvmClassifierModel> = {
  fit: (data, params, context) =>
    params.calibration === null ? fit(data, params, context) : fitCalibrated(data, params, context),
  predict: predictClasses,
  onThreads: classesOnThreads,
  model: svmClassifierModel,
}

/** The same for numbers: scikit-learn's SVR. */
export const regressor: Algorithm<SvmRegressorParams, SvmModel, 'regression', SvmModel> = {
  fit: fitRegression,
  predict: predictNumbers,
  onThreads: numbersOnThreads,
  model: svmModel,
}
