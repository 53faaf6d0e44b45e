import type { z } from 'zod'
import { networkHyperparameters, networkRegressorHyperparameters } from '../network/hyperparameters.ts'

export const dnnHyperparameters = networkHyperparameters()
export type DnnParams = z.output<typeof dnnHyperparameters.schema>

export const dnnRegressorHyperparameters = networkRegressorHyperparameters()
export type DnnRegressorParams = z.output<typeof dnnRegressorHyperparameters.schema>
