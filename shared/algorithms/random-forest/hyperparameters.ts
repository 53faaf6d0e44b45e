import type { z } from 'zod'
import { forestClassifierHyperparameters, forestRegressorHyperparameters } from '../forest/hyperparameters.ts'

export const randomForestHyperparameters = forestClassifierHyperparameters(true)
export type RandomForestParams = z.output<typeof randomForestHyperparameters.schema>

export const randomForestRegressorHyperparameters = forestRegressorHyperparameters(true)
export type RandomForestRegressorParams = z.output<typeof randomForestRegressorHyperparameters.schema>
