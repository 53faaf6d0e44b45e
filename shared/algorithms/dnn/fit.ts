import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { fitNetwork, fitNetworkRegression } from '../network/fit.ts'
import type { NetworkModel } from '../network/model.ts'
import { denseNetwork } from './architecture.ts'
import type { DnnParams, DnnRegressorParams } from './hyperparameters.ts'

export async function fitClassifier(
  data: TrainingData,
  params: DnnParams,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  return fitNetwork(data, params, denseNetwork(data.features.columns, data.classCount, params), context)
}

export async function fitRegressor(
  data: TrainingData<'regression'>,
  params: DnnRegressorParams,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  return fitNetworkRegression(data, params, denseNetwork(data.features.columns, 1, params), context)
}
