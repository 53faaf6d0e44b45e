import type { FitEstimate, Shape } from '../estimate.ts'
import { estimateNetwork, estimateNetworkFromDisk } from '../network/estimate.ts'
import { convolutionalNetwork } from './architecture.ts'
import type { CnnParams, CnnRegressorParams } from './hyperparameters.ts'

export function estimate(shape: Shape, params: CnnParams | CnnRegressorParams, threads: number): FitEstimate {
  return estimateNetwork(networkOf(shape, params), shape, params, threads)
}

export function estimateFromDisk(
  shape: Shape,
  params: CnnParams | CnnRegressorParams,
  threads: number,
): FitEstimate {
  return estimateNetworkFromDisk(networkOf(shape, params), shape, params, threads)
}

/** Features that are not a square, which the fit refuses, count as the next smaller one. */
function networkOf({ columns, classCount }: Shape, params: CnnParams | CnnRegressorParams) {
  const side = Math.max(4, Math.floor(Math.sqrt(columns)))
  return convolutionalNetwork(side, classCount, params)
}
