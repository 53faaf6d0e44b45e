import type { DiskMatrix } from '../../disk/disk-matrix.ts'
import { JobError } from '../../errors/job-error.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import {
  fitNetwork,
  fitNetworkFromDisk,
  fitNetworkRegression,
  fitNetworkRegressionFromDisk,
} from '../network/fit.ts'
import type { NetworkModel } from '../network/model.ts'
import { convolutionalNetwork } from './architecture.ts'
import type { CnnParams, CnnRegressorParams } from './hyperparameters.ts'

/** @throws JobError where the features of a row are not a square image of at least 4 x 4. */
export async function fitClassifier(
  data: TrainingData,
  params: CnnParams,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  const side = imageSide(data.features.columns)
  return fitNetwork(data, params, convolutionalNetwork(side, data.classCount, params), context)
}

/** @throws JobError as the classifier does. */
export async function fitRegressor(
  data: TrainingData<'regression'>,
  params: CnnRegressorParams,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  const side = imageSide(data.features.columns)
  return fitNetworkRegression(data, params, convolutionalNetwork(side, 1, params), context)
}

/** With features in a file. @throws JobError as the classifier does. */
export async function fitClassifierFromDisk(
  data: TrainingData<'classification', DiskMatrix>,
  params: CnnParams,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  const network = convolutionalNetwork(imageSide(data.features.columns), data.classCount, params)
  return fitNetworkFromDisk(data, params, network, context)
}

/** With features in a file. @throws JobError as the classifier does. */
export async function fitRegressorFromDisk(
  data: TrainingData<'regression', DiskMatrix>,
  params: CnnRegressorParams,
  context: FitContext,
): Promise<Fit<NetworkModel>> {
  const network = convolutionalNetwork(imageSide(data.features.columns), 1, params)
  return fitNetworkRegressionFromDisk(data, params, network, context)
}

/** The side of the square image that a row's features are. */
function imageSide(features: number): number {
  const side = Math.round(Math.sqrt(features))
  if (side * side !== features) {
    const below = Math.floor(Math.sqrt(features)) ** 2
    const above = Math.ceil(Math.sqrt(features)) ** 2
    throw new JobError(
      'bad_features',
      `A cnn needs a square number of features, read as an image row by row, but the dataset has ${features} features (${below} and ${above} are the nearest squares): use dnn, or change the columns.`,
    )
  }
  if (side < 4) {
    throw new JobError(
      'bad_features',
      `A cnn needs an image of at least 4 x 4, but the dataset has ${features} features (${side} x ${side}): use dnn.`,
    )
  }
  return side
}
