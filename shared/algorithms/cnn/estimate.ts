import type { FitEstimate, Shape } from '../estimate.ts'
import { estimateNetwork } from '../network/estimate.ts'
import { convolutionalNetwork } from './architecture.ts'
import type { CnnParams, CnnRegressorParams } from './hyperparameters.ts'

/** Features that are not a square, which the fit refuses, count as the next smaller one. */
export function estimate(shape: Shape, params: CnnParams | CnnRegressorParams, threads: number): FitEstimate {
  const side = Math.max(4, Math.floor(Math.sqrt(shape.columns)))
  return estimateNetwork(convolutionalNetwork(side, shape.classCount, params), shape, params, threads)
}
