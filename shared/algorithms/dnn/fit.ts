import type { DiskMatrix } from '../../disk/disk-matrix.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import {
  fitNetwork,
  fitNetworkFromDisk,
  fitNetworkRegression,
  fitNetworkRegressionFromDisk,
} from '../network/fit.ts'
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

/** With features in a file. */
export async function fitClassifierFromDisk(
  data: TrainingData<'classification', DiskMatrix>,
  params: DnnParams,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  const network = denseNetwork(data.features.columns, data.classCount, params)
  return fitNetworkFromDisk(data, params, network, context)
}

/** With features in a file. */
export async function fitRegressorFromDisk(
  data: TrainingData<'regression', DiskMatrix>,
  params: DnnRegressorParams,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  return fitNetworkRegressionFromDisk(data, params, denseNetwork(data.features.columns, 1, params), context)
}
