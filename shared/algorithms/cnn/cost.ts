import type { Cost, Shape } from '../cost.ts'
import { networkCost } from '../network/cost.ts'
import type { Architecture } from '../network/plan.ts'
import type { CnnParams } from './hyperparameters.ts'

export function architectureOf(side: number, classes: number): Architecture {
  return { side, inputs: side * side, filters: 32, hidden: [128], classes }
}

/** For features that are no square, which the fit refuses: of the square below. */
export function cost(shape: Shape, params: CnnParams, threads: number): Cost {
  const side = Math.max(4, Math.floor(Math.sqrt(shape.columns)))
  return networkCost(architectureOf(side, shape.classCount), shape, params, threads)
}
