import type { Algorithm } from '../algorithm.ts'
import { fit } from './fit.ts'
import type { SvmParams } from './hyperparameters.ts'
import { type SvmModel, svmModel } from './model.ts'
import { predict } from './predict.ts'

export const svm: Algorithm<SvmParams, SvmModel> = { fit, predict, model: svmModel }
