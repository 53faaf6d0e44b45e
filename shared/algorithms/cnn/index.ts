import type { Algorithm } from '../algorithm.ts'
import { predict } from '../network/predict.ts'
import { fit } from './fit.ts'
import type { CnnParams } from './hyperparameters.ts'
import { type CnnModel, cnnModel } from './model.ts'

export const cnn: Algorithm<CnnParams, CnnModel> = { fit, predict, model: cnnModel }
