import { JobError } from '../../errors/job-error.ts'
import { importOptional } from '../../runtime/optional-import.ts'
import type { Fit, Run, TrainingData } from '../algorithm.ts'
import { fitNetwork } from '../network/fit.ts'
import { architectureOf } from './cost.ts'
import type { CnnParams } from './hyperparameters.ts'
import type { CnnModel } from './model.ts'

/** The original worker's convolutional network on square images: Conv2D 32 3x3 relu, MaxPool 2x2, Dense 128 relu, softmax. */
export async function fit(data: TrainingData, params: CnnParams, run: Run): Promise<Fit<CnnModel>> {
  const architecture = architectureOf(imageSide(data.features.columns), data.classCount)
  if (params.engine === 'tfjs') {
    const { fitWithTfjs } = await importOptional(
      () => import('../network/tfjs.ts'),
      'TensorFlow.js: use the engine builtin, or deploy the image',
    )
    return fitWithTfjs(data, params, architecture, run)
  }
  return fitNetwork(data, params, architecture, run)
}

/** The side of the square image that a row's features are. Throws JobError where they are none. */
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
