import type { Cost, Shape } from '../cost.ts'
import { networkCost } from '../network/cost.ts'
import { denseNetwork } from './architecture.ts'
import type { DnnParams } from './hyperparameters.ts'

export function cost(shape: Shape, params: DnnParams, threads: number): Cost {
  return networkCost(denseNetwork(shape.columns, shape.classCount), shape, params, threads)
}
