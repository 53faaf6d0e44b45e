import { JobError } from '../../errors/job-error.ts'
import type { Architecture } from '../network/architecture.ts'
import type { NetworkParams } from '../network/hyperparameters.ts'

type LayerParams = Pick<NetworkParams, 'hidden_layers' | 'activation' | 'dropout'>

/** A network on square images, by default the original worker's: Conv2D 32 3x3 relu, MaxPool 2x2, Dense 128 relu, and the outputs. */
export function convolutionalNetwork(side: number, outputs: number, params: LayerParams): Architecture {
  const { hidden_layers = [128], activation, dropout } = params
  return { side, inputs: side * side, filters: 32, hidden: hidden_layers, activation, dropout, outputs }
}

/** The network for images of so many features. @throws JobError unless they are a square of at least 4 x 4. */
export const imageNetwork = (features: number, outputs: number, params: LayerParams): Architecture =>
  convolutionalNetwork(imageSide(features), outputs, params)

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
