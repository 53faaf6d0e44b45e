import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { fitNetwork } from '../network/fit.ts'
import type { NetworkModel } from '../network/model.ts'
import { denseNetwork } from './architecture.ts'
import type { DnnParams } from './hyperparameters.ts'

export async function fit(
  data: TrainingData,
  params: DnnParams,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  return fitNetwork(data, params, denseNetwork(data.features.columns, data.classCount, params), context)
}
