import type { Algorithm } from '../algorithm.ts'
import { type NetworkModel, networkModel } from '../network/model.ts'
import { predict } from '../network/predict.ts'
import { fit } from './fit.ts'
import type { CnnParams } from './hyperparameters.ts'

export const cnn: Algorithm<CnnParams, NetworkModel> = { fit, predict, model: networkModel }
