import type { Cost, Shape } from '../cost.ts'
import { networkCost } from '../network/cost.ts'
import type { Architecture } from '../network/plan.ts'
import type { DnnParams } from './hyperparameters.ts'

export function architectureOf(features: number, classes: number): Architecture {
  return { side: 0, inputs: features, filters: 0, hidden: [128, 64], classes }
}

export function cost(shape: Shape, params: DnnParams, threads: number): Cost {
  return networkCost(architectureOf(shape.columns, shape.classCount), shape, params, threads)
}
