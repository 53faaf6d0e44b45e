import type { z } from 'zod'
import { networkHyperparameters } from '../network/hyperparameters.ts'

export const cnnHyperparameters = networkHyperparameters()
export type CnnParams = z.output<typeof cnnHyperparameters.schema>
