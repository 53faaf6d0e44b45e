import type { z } from 'zod'
import { forestClassifierHyperparameters, forestRegressorHyperparameters } from '../forest/hyperparameters.ts'

export const extraTreesHyperparameters = forestClassifierHyperparameters(false)
export type ExtraTreesParams = z.output<typeof extraTreesHyperparameters.schema>

export const extraTreesRegressorHyperparameters = forestRegressorHyperparameters(false)
export type ExtraTreesRegressorParams = z.output<typeof extraTreesRegressorHyperparameters.schema>
