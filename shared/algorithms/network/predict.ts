import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import type { NetworkModel } from '../dnn/model.ts'
import { type Architecture, buildSequential } from './sequential.ts'
import { argmax, softmax } from './softmax.ts'

const BATCH = 256

/** Classes and softmax probabilities (row order) of a network. */
export function predict(model: NetworkModel, features: Matrix): Prediction {
  const network = buildSequential(architectureOf(model), BATCH)
  let offset = 0
  for (const layer of model.layers) {
    if (layer.type !== 'dense' && layer.type !== 'conv2d') continue
    network.weights.set(layer.kernel, offset)
    network.weights.set(layer.bias, offset + layer.kernel.length)
    offset += layer.kernel.length + layer.bias.length
  }
  const { rows, columns, values } = features
  const classes = new Int32Array(rows)
  const probabilities = new Float64Array(rows * model.classCount)
  for (let from = 0; from < rows; from += BATCH) {
    const count = Math.min(BATCH, rows - from)
    for (let j = 0; j < columns; j++) {
      for (let i = 0; i < count; i++) network.batch[i * columns + j] = values[j * rows + from + i]
    }
    network.forward(count)
    for (let i = 0; i < count; i++) {
      const to = (from + i) * model.classCount
      softmax(network.scores, i * model.classCount, model.classCount, probabilities, to)
      classes[from + i] = argmax(probabilities, to, model.classCount)
    }
  }
  return { classes, probabilities }
}

/** Reads the architecture off the layers. Throws when they are not of the two kinds that are trained here. */
function architectureOf({ layers, inputShape, featureCount, classCount }: NetworkModel): Architecture {
  const dense = layers.filter((layer) => layer.type === 'dense')
  const convolution = layers.find((layer) => layer.type === 'conv2d')
  return {
    side: convolution === undefined ? 0 : inputShape[0],
    inputs: featureCount,
    filters: convolution?.filters ?? 0,
    hidden: dense.slice(0, -1).map((layer) => layer.units),
    classes: classCount,
  }
}
