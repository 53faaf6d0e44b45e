import type { Cost, Shape } from '../cost.ts'
import { networkCost } from '../network/cost.ts'
import { convolutionalNetwork } from './architecture.ts'
import type { CnnParams } from './hyperparameters.ts'

/** Features that are not a square, which the fit refuses, count as the next smaller one. */
export function cost(shape: Shape, params: CnnParams, threads: number): Cost {
  const side = Math.max(4, Math.floor(Math.sqrt(shape.columns)))
  return networkCost(convolutionalNetwork(side, shape.classCount), shape, params, threads)
}
