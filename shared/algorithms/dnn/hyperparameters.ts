import type { z } from 'zod'
import { networkHyperparameters } from '../network/hyperparameters.ts'

export const dnnHyperparameters = networkHyperparameters()
export type DnnParams = z.output<typeof dnnHyperparameters.schema>
