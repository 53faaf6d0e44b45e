import type { Algorithm } from '../algorithm.ts'
import { type NetworkModel, networkModel } from '../network/model.ts'
import { predict } from '../network/predict.ts'
import { fit } from './fit.ts'
import type { DnnParams } from './hyperparameters.ts'

export const dnn: Algorithm<DnnParams, NetworkModel> = { fit, predict, model: networkModel }
