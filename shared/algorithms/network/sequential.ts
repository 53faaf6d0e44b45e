import type { Layer } from '../dnn/model.ts'
import { type NetworkKernel, networkLayout } from './kernel.ts'
import type { Parameters } from './optimizer.ts'

/** What a network is made of, without its weights. */
export type Architecture = {
  /** Side of the square image that the features are, or 0 where they are no image. */
  readonly side: number
  readonly inputs: number
  /** Filters of the 3 x 3 convolution, followed by 2 x 2 pooling; 0 without. */
  readonly filters: number
  /** Units of the dense layers with relu. */
  readonly hidden: readonly number[]
  readonly classes: number
}

/** A layer that multiplies by a matrix: dense, or a convolution on patches. */
type Product = {
  readonly inputs: number
  readonly units: number
  /** Rows of its input for each row of the batch. */
  readonly rowsPerItem: number
  readonly relu: boolean
  readonly kernel: number
  readonly bias: number
  readonly kernelGradient: number
  readonly biasGradient: number
  readonly input: number
  readonly output: number
  readonly outputGradient: number
  /** Where the gradient of its input goes; 0 for the first layer, which needs none. */
  readonly inputGradient: number
}

/** A network in the kernel's memory, ready for batches of up to `batchSize` rows. */
export type Sequential = ReturnType<typeof buildSequential>

/**
 * Lays out a network: an optional convolution (32 filters 3 x 3, relu) with 2 x 2 max pooling, dense layers with relu,
 * and a dense layer to the classes, whose softmax is taken together with the loss.
 */
export function buildSequential(architecture: Architecture, batchSize: number) {
  const { side, inputs, filters, hidden, classes } = architecture
  const size = side - 2
  const half = size >> 1
  const withImage = filters > 0
  const flat = withImage ? half * half * filters : inputs
  const widths = [flat, ...hidden, classes]
  const shapes = [
    ...(withImage ? [{ inputs: 9, units: filters, rowsPerItem: size * size, relu: true }] : []),
    ...widths
      .slice(1)
      .map((units, i) => ({ inputs: widths[i], units, rowsPerItem: 1, relu: i < hidden.length })),
  ]
  const count = shapes.reduce((sum, shape) => sum + (shape.inputs + 1) * shape.units, 0)
  const length = Math.ceil(count / 4) * 4

  const layout = networkLayout()
  const parameters: Parameters = {
    length,
    weights: layout.floats(length),
    gradients: layout.floats(length),
    slot1: layout.floats(length),
    slot2: layout.floats(length),
  }
  const batch = layout.floats(batchSize * inputs)
  const patchRows = withImage ? layout.floats(batchSize * size * size * 9) : 0
  const pooled = withImage ? layout.floats(batchSize * flat) : 0
  const pooledGradient = withImage ? layout.floats(batchSize * flat) : 0
  const pooledFrom = withImage ? layout.bytes(batchSize * flat) : 0
  const transposed = layout.floats(Math.max(...shapes.map((shape) => shape.inputs * shape.units)))

  const products: Product[] = []
  let offset = 0
  let input = withImage ? patchRows : batch
  let inputGradient = 0
  for (const [index, shape] of shapes.entries()) {
    const place = (at: number, from: number) => at + from * Float32Array.BYTES_PER_ELEMENT
    const outputs = batchSize * shape.rowsPerItem * shape.units
    const biasOffset = offset + shape.inputs * shape.units
    const product: Product = {
      ...shape,
      kernel: place(parameters.weights, offset),
      bias: place(parameters.weights, biasOffset),
      kernelGradient: place(parameters.gradients, offset),
      biasGradient: place(parameters.gradients, biasOffset),
      input,
      inputGradient,
      output: layout.floats(outputs),
      outputGradient: layout.floats(outputs),
    }
    products.push(product)
    offset = biasOffset + shape.units
    const isConvolution = withImage && index === 0
    input = isConvolution ? pooled : product.output
    inputGradient = isConvolution ? pooledGradient : product.outputGradient
  }
  const kernel: NetworkKernel = layout.build()
  const { multiply, transpose, addBias, reluGradient, sumColumns, patches, maxPool, maxPoolGradient } =
    kernel.functions
  const last = products[products.length - 1]

  return {
    architecture,
    kernel,
    parameters,
    batchSize,
    /** The place of a batch's rows, row order. */
    batch: kernel.floats(batch, batchSize * inputs),
    weights: kernel.floats(parameters.weights, length),
    gradients: kernel.floats(parameters.gradients, length),
    /** The scores before the softmax, row order, and the place for their gradient. */
    scores: kernel.floats(last.output, batchSize * classes),
    scoreGradients: kernel.floats(last.outputGradient, batchSize * classes),
    shapes,

    /** From the batch's first `rows` rows to the scores. */
    forward(rows: number): void {
      for (const [index, product] of products.entries()) {
        const all = rows * product.rowsPerItem
        const isConvolution = withImage && index === 0
        if (isConvolution) patches(batch, patchRows, rows, side)
        multiply(
          product.input,
          product.inputs,
          1,
          product.kernel,
          product.output,
          all,
          product.inputs,
          product.units,
        )
        addBias(product.output, product.bias, all, product.units, product.relu ? 1 : 0)
        if (isConvolution) maxPool(product.output, pooled, pooledFrom, rows, size, filters)
      }
    },

    /** From the gradient of the scores to that of every weight. */
    backward(rows: number): void {
      for (let index = products.length - 1; index >= 0; index--) {
        const { inputs, units, ...at } = products[index]
        const all = rows * at.rowsPerItem
        if (withImage && index === 0)
          maxPoolGradient(pooledGradient, pooledFrom, at.outputGradient, rows, size, filters)
        if (at.relu) reluGradient(at.outputGradient, at.output, all * units)
        multiply(at.input, 1, inputs, at.outputGradient, at.kernelGradient, inputs, all, units)
        sumColumns(at.outputGradient, at.biasGradient, all, units)
        if (at.inputGradient === 0) continue
        transpose(at.kernel, transposed, inputs, units)
        multiply(at.outputGradient, units, 1, transposed, at.inputGradient, all, units, inputs)
      }
    },
  }
}

/** The layers with copies of their weights, as the model keeps them. */
export function layersOf({ architecture, shapes, weights }: Sequential): Layer[] {
  const layers: Layer[] = []
  let offset = 0
  for (const [index, { inputs, units, relu }] of shapes.entries()) {
    const kernel = new Float32Array(weights.subarray(offset, offset + inputs * units))
    const bias = new Float32Array(weights.subarray(offset + inputs * units, offset + (inputs + 1) * units))
    offset += (inputs + 1) * units
    if (architecture.filters > 0 && index === 0) {
      layers.push(
        {
          type: 'conv2d',
          height: 3,
          width: 3,
          channels: 1,
          filters: units,
          kernel,
          bias,
          activation: 'relu',
        },
        { type: 'maxpool2d', height: 2, width: 2 },
        { type: 'flatten' },
      )
    } else {
      layers.push({ type: 'dense', inputs, units, kernel, bias, activation: relu ? 'relu' : 'softmax' })
    }
  }
  return layers
}
