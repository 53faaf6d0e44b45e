import type { FitEstimate, Shape } from '../estimate.ts'
import { estimateNetwork, estimateNetworkFromDisk } from '../network/estimate.ts'
import { denseNetwork } from './architecture.ts'
import type { DnnParams, DnnRegressorParams } from './hyperparameters.ts'

export function estimate(shape: Shape, params: DnnParams | DnnRegressorParams, threads: number): FitEstimate {
  return estimateNetwork(denseNetwork(shape.columns, shape.classCount, params), shape, params, threads)
}

export function estimateFromDisk(
  shape: Shape,
  params: DnnParams | DnnRegressorParams,
  threads: number,
): FitEstimate {
  const network = denseNetwork(shape.columns, shape.classCount, params)
  return estimateNetworkFromDisk(network, shape, params, threads)
}
