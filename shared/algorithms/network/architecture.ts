import type { Activation, Layer, NetworkModel } from './model.ts'

/** The layers of a network, without their weights. */
export type Architecture = {
  /** Side of the square image that the features are, or 0 where they are not an image. */
  readonly side: number
  readonly inputs: number
  /** Filters of the 3 x 3 convolution, followed by 2 x 2 pooling: a multiple of 8, or 0 without. */
  readonly filters: number
  /** Units of the hidden dense layers. */
  readonly hidden: readonly number[]
  /** Of the hidden dense layers; a convolution has relu. */
  readonly activation: HiddenActivation
  /** The share of the units of each hidden dense layer that dropout leaves out in training. */
  readonly dropout: number
  /** Units of the last layer: a score per class, or 1 for a regression. */
  readonly outputs: number
}

export type HiddenActivation = Exclude<Activation, 'softmax'>

/** A layer with weights: its inputs per unit (for the convolution, a filter's 3 x 3 weights), and its units. */
export type LayerShape = { readonly inputs: number; readonly units: number; readonly isConvolution: boolean }

/** The layers that have weights. */
export function shapesOf({ side, inputs, filters, hidden, outputs }: Architecture): LayerShape[] {
  const half = (side - 2) >> 1
  const widths = [filters > 0 ? half * half * filters : inputs, ...hidden, outputs]
  return [
    ...(filters > 0 ? [{ inputs: 9, units: filters, isConvolution: true }] : []),
    ...widths.slice(1).map((units, i) => ({ inputs: widths[i], units, isConvolution: false })),
  ]
}

/** The shape of a row as the network reads it: [inputs], or [side, side, 1] for an image. */
export function inputShapeOf({ side, inputs, filters }: Architecture): number[] {
  return filters > 0 ? [side, side, 1] : [inputs]
}

/** Multiplications and additions that a row costs in a training step. */
export function workPerRow(architecture: Architecture): number {
  const shapes = shapesOf(architecture)
  let work = 0
  for (const [i, { inputs, units, isConvolution }] of shapes.entries()) {
    // A pass forward and two back; a convolution computes four places of nine weights for each that is pooled.
    work += 3 * (isConvolution ? 4 * 9 * shapes[i + 1].inputs : inputs * units)
  }
  return work
}

/**
 * The layers of a model, with the arrays of their weights in Keras' order.
 *
 * @param last the activation of the last layer
 */
export function layersOf(
  architecture: Architecture,
  weights: readonly Float32Array[],
  last: 'softmax' | 'linear',
): Layer[] {
  const shapes = shapesOf(architecture)
  return shapes.flatMap(({ inputs, units, isConvolution }, i): Layer[] => {
    const kernel = weights[2 * i]
    const bias = weights[2 * i + 1]
    if (!isConvolution) {
      const activation = i === shapes.length - 1 ? last : architecture.activation
      return [{ type: 'dense', inputs, units, kernel, bias, activation }]
    }
    return [
      { type: 'conv2d', height: 3, width: 3, channels: 1, filters: units, kernel, bias, activation: 'relu' },
      { type: 'maxpool2d', height: 2, width: 2 },
      { type: 'flatten' },
    ]
  })
}

/** Reads the architecture off the layers, which are of one of the two kinds that are trained here. */
export function architectureOf({ layers, inputShape, featureCount }: NetworkModel): Architecture {
  const dense = layers.filter((layer) => layer.type === 'dense')
  const convolution = layers.find((layer) => layer.type === 'conv2d')
  return {
    side: convolution === undefined ? 0 : inputShape[0],
    inputs: featureCount,
    filters: convolution?.filters ?? 0,
    hidden: dense.slice(0, -1).map((layer) => layer.units),
    activation: hiddenActivation(dense[0].activation),
    dropout: 0,
    outputs: dense[dense.length - 1].units,
  }
}

/** The only layer of a network without hidden ones may have softmax, which then is no hidden layer's. */
const hiddenActivation = (activation: Activation): HiddenActivation =>
  activation === 'softmax' ? 'linear' : activation
