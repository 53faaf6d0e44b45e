import type { Matrix } from '../../data/matrix.ts'
import { loadKernelSync } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/network.ts'
import { sharedMemory } from '../../wasm/memory.ts'
import type { Prediction } from '../algorithm.ts'
import { architectureOf } from './architecture.ts'
import { argmax, softmax } from './loss.ts'
import type { NetworkModel } from './model.ts'
import { openPasses } from './passes.ts'
import { planNetwork, writeRecords } from './plan.ts'

const BATCH = 256

/** Classes and softmax probabilities (row-major) of a network. */
export function predict(model: NetworkModel, features: Matrix): Prediction {
  const { rows, columns, values } = features
  const { classCount } = model
  const plan = planNetwork(architectureOf(model), Math.min(BATCH, Math.max(rows, 1)), 1, 'predict')
  const memory = sharedMemory(plan.bytes)
  const floats = (address: number, count: number) => new Float32Array(memory.buffer, address, count)
  const weights = model.layers.flatMap((layer) => ('kernel' in layer ? [layer.kernel, layer.bias] : []))
  for (const [i, parameter] of plan.parameters.entries())
    floats(parameter.weights, parameter.count).set(weights[i])
  writeRecords(memory, plan)
  const passes = openPasses({ module: loadKernelSync(kernel), memory, plan }, 0, () => {})
  const batch = floats(plan.batch, plan.capacity * columns)
  const scores = floats(plan.dense[plan.dense.length - 1].output, plan.capacity * classCount)

  const classes = new Int32Array(rows)
  const probabilities = new Float64Array(rows * classCount)
  for (let from = 0; from < rows; from += plan.capacity) {
    const count = Math.min(plan.capacity, rows - from)
    for (let j = 0; j < columns; j++) {
      for (let i = 0; i < count; i++) batch[i * columns + j] = values[j * rows + from + i]
    }
    passes.forward(count, 1)
    for (let i = 0; i < count; i++) {
      softmax(scores, i * classCount, classCount, probabilities, (from + i) * classCount)
      classes[from + i] = argmax(scores, i * classCount, classCount)
    }
  }
  return { classes, probabilities }
}
