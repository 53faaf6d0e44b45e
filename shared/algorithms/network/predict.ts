import type { Matrix } from '../../data/matrix.ts'
import { loadKernelSync } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/network.ts'
import { sharedMemory } from '../../wasm/memory.ts'
import type { Prediction } from '../algorithm.ts'
import { arithmeticToPredict } from '../arithmetic.ts'
import { architectureOf } from './architecture.ts'
import { argmax, softmax } from './loss.ts'
import type { NetworkModel } from './model.ts'
import { openPasses } from './passes.ts'
import { planNetwork, writeRecords } from './plan.ts'

const BATCH = 256

/** Classes and softmax probabilities (row-major) of a network. */
export function predictClasses(model: NetworkModel, features: Matrix): Prediction {
  const { classCount } = model
  const { rows } = features
  const classes = new Int32Array(rows)
  const probabilities = new Float64Array(rows * classCount)
  forEachBatch(model, features, (scores, from, count) => {
    for (let i = 0; i < count; i++) {
      softmax(scores, i * classCount, classCount, probabilities, (from + i) * classCount)
      classes[from + i] = argmax(scores, i * classCount, classCount)
    }
  })
  return { classes, probabilities }
}

/** The scores of a regression's one output. */
export function predictNumbers(model: NetworkModel, features: Matrix): Prediction<'regression'> {
  const values = new Float64Array(features.rows)
  forEachBatch(model, features, (scores, from, count) => {
    values.set(scores.subarray(0, count), from)
  })
  return { values }
}

/** @param take is given the scores of `count` rows from the one at `from`, row-major, in memory that is used again */
function forEachBatch(
  model: NetworkModel,
  { rows, columns, values }: Matrix,
  take: (scores: Float32Array, from: number, count: number) => void,
): void {
  const plan = planNetwork(architectureOf(model), Math.min(BATCH, Math.max(rows, 1)), 1, 'predict')
  const memory = sharedMemory(plan.bytes)
  const floats = (address: number, count: number) => new Float32Array(memory.buffer, address, count)
  const weights = model.layers.flatMap((layer) => ('kernel' in layer ? [layer.kernel, layer.bias] : []))
  for (const [i, parameter] of plan.parameters.entries())
    floats(parameter.weights, parameter.count).set(weights[i])
  writeRecords(memory, plan)
  const module = loadKernelSync(kernel, arithmeticToPredict(model))
  const passes = openPasses({ module, memory, plan }, 0, () => {})
  const batch = floats(plan.batch, plan.capacity * columns)
  const last = plan.dense[plan.dense.length - 1]
  const scores = floats(last.output, plan.capacity * last.units)
  for (let from = 0; from < rows; from += plan.capacity) {
    const count = Math.min(plan.capacity, rows - from)
    for (let j = 0; j < columns; j++) {
      for (let i = 0; i < count; i++) batch[i * columns + j] = values[j * rows + from + i]
    }
    passes.forward(count, 0, 1)
    take(scores, from, count)
  }
}
