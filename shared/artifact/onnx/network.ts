import type { Activation, Layer, NetworkModel } from '../../algorithms/network/model.ts'
import type { Preparation } from '../../data/preparation.ts'
import type { Task } from '../../data/task.ts'
import type { Graph } from './graph.ts'
import type { ModelOutput } from './model-output.ts'
import { scaledColumns } from './raw-columns.ts'
import { elementType } from './tensor.ts'

/** The layers in single precision, as in training. ONNX has the channels of an image before its sides. */
export function networkOutput(graph: Graph, preparation: Preparation, model: NetworkModel): ModelOutput {
  const probabilities = lastLayer(graph, preparation, model)
  return { index: graph.node('ArgMax', [probabilities], { axis: 1, keepdims: 0 }), probabilities }
}

/** The predicted numbers, double `[N, 1]`, computed in single precision. */
export function networkPrediction(graph: Graph, preparation: Preparation<Task>, model: NetworkModel): string {
  return graph.node('Cast', [lastLayer(graph, preparation, model)], { to: elementType('double') })
}

function lastLayer(graph: Graph, preparation: Preparation<Task>, model: NetworkModel): string {
  const scaled = scaledColumns(graph, preparation)
  let value = graph.node('Cast', [scaled], { to: elementType('float') })
  if (model.inputShape.length === 3) {
    const [height, width, channels] = model.inputShape
    value = channelsFirst(graph, reshape(graph, value, [-1, height, width, channels]))
  }
  for (const layer of model.layers) value = addLayer(graph, layer, value)
  return value
}

function addLayer(graph: Graph, layer: Layer, input: string): string {
  switch (layer.type) {
    case 'dense': {
      const kernel = graph.constant('kernel', layer.kernel, [layer.inputs, layer.units])
      const bias = graph.constant('bias', layer.bias, [layer.units])
      return activate(graph, layer.activation, graph.node('Gemm', [input, kernel, bias]))
    }
    case 'conv2d': {
      const { height, width, channels, filters } = layer
      const kernel = graph.constant('kernel', filtersFirst(layer), [filters, channels, height, width])
      const bias = graph.constant('bias', layer.bias, [filters])
      const convolved = graph.node('Conv', [input, kernel, bias], { kernel_shape: [height, width] })
      return activate(graph, layer.activation, convolved)
    }
    case 'maxpool2d': {
      const pool = [layer.height, layer.width]
      return graph.node('MaxPool', [input], { kernel_shape: pool, strides: pool })
    }
    case 'flatten':
      return graph.node('Flatten', [graph.node('Transpose', [input], { perm: [0, 2, 3, 1] })], { axis: 1 })
  }
}

function activate(graph: Graph, activation: Activation, value: string): string {
  switch (activation) {
    case 'linear':
      return value
    case 'softmax':
      return graph.node('Softmax', [value], { axis: 1 })
    case 'leaky_relu':
      return graph.node('LeakyRelu', [value], { alpha: { float: 0.2 } })
    case 'relu':
      return graph.node('Relu', [value])
    case 'tanh':
      return graph.node('Tanh', [value])
    case 'sigmoid':
      return graph.node('Sigmoid', [value])
    case 'elu':
      return graph.node('Elu', [value])
    case 'selu':
      return graph.node('Selu', [value])
  }
}

/** Keras' height x width x channels x filters as filters x channels x height x width. */
function filtersFirst({ height, width, channels, filters, kernel }: Extract<Layer, { type: 'conv2d' }>) {
  const out = new Float32Array(kernel.length)
  const positions = height * width
  for (let position = 0; position < positions; position++) {
    for (let c = 0; c < channels; c++) {
      for (let f = 0; f < filters; f++) {
        out[(f * channels + c) * positions + position] = kernel[(position * channels + c) * filters + f]
      }
    }
  }
  return out
}

function channelsFirst(graph: Graph, value: string): string {
  return graph.node('Transpose', [value], { perm: [0, 3, 1, 2] })
}

function reshape(graph: Graph, value: string, shape: number[]): string {
  const dims = graph.constant('shape', BigInt64Array.from(shape, BigInt), [shape.length])
  return graph.node('Reshape', [value, dims])
}
