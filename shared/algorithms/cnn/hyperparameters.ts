import type { z } from 'zod'
import { networkHyperparameters, networkRegressorHyperparameters } from '../network/hyperparameters.ts'

export const cnnHyperparameters = networkHyperparameters()
export type CnnParams = z.output<typeof cnnHyperparameters.schema>

export const cnnRegressorHyperparameters = networkRegressorHyperparameters()
export type CnnRegressorParams = z.output<typeof cnnRegressorHyperparameters.schema>
