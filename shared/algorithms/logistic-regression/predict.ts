import type { Matrix } from '../../data/matrix.ts'
import { loadKernelSync, openKernel } from '../../wasm/kernel.ts'
import { type Exports, kernel } from '../../wasm/kernels/logistic-regression.ts'
import { memoryLayout, sharedMemory } from '../../wasm/memory.ts'
import type { Prediction } from '../algorithm.ts'
import { blockRows } from './blocks.ts'
import type { LogisticRegressionModel } from './model.ts'

/** Values of a chunk, about: what the kernel is given at once has room in the cache. */
const CHUNK_VALUES = 2 ** 17
const MOST_CHUNK_ROWS = 4096

/** The class with the greatest score (the first of equals; for two classes, 1 where it is above 0), and probabilities. */
export function predict(model: LogisticRegressionModel, features: Matrix): Prediction {
  const { classCount, featureCount } = model
  const { rows, values } = features
  const scores = model.intercepts.length
  const blocks = Math.floor(CHUNK_VALUES / (featureCount + classCount) / blockRows)
  const chunkRows = Math.min(Math.max(1, blocks) * blockRows, MOST_CHUNK_ROWS)
  // Not a power of two from one feature to the next, by which all would compete for the same place in the cache.
  const columnRows = chunkRows + 8
  const layout = memoryLayout()
  const chunkAt = layout.float64(featureCount * columnRows)
  const coefficientsAt = layout.float64((featureCount + 1) * scores)
  const classesAt = layout.int32(chunkRows)
  const probabilitiesAt = layout.float64(classCount * chunkRows)
  const scratchAt = layout.float64((scores + 2) * blockRows)
  const { memory, functions } = openFor(layout.end())
  const chunk = new Float64Array(memory.buffer, chunkAt, featureCount * columnRows)
  const coefficients = new Float64Array(memory.buffer, coefficientsAt, (featureCount + 1) * scores)
  const chunkClasses = new Int32Array(memory.buffer, classesAt, chunkRows)
  const chunkProbabilities = new Float64Array(memory.buffer, probabilitiesAt, classCount * chunkRows)
  for (let k = 0; k < scores; k++) {
    for (let f = 0; f < featureCount; f++)
      coefficients[f * scores + k] = model.coefficients[k * featureCount + f]
    coefficients[featureCount * scores + k] = model.intercepts[k]
  }

  const normalised = model.link === 'oneVsRest'
  const classes = new Int32Array(rows)
  const probabilities = new Float64Array(rows * classCount)
  for (let first = 0; first < rows; first += chunkRows) {
    const count = Math.min(chunkRows, rows - first)
    for (let f = 0; f < featureCount; f++) {
      const from = f * rows + first
      chunk.set(values.subarray(from, from + count), f * columnRows)
    }
    functions.predict(
      chunkAt,
      columnRows * Float64Array.BYTES_PER_ELEMENT,
      count,
      featureCount,
      scores,
      normalised,
      coefficientsAt,
      classesAt,
      probabilitiesAt,
      scratchAt,
    )
    classes.set(chunkClasses.subarray(0, count), first)
    probabilities.set(chunkProbabilities.subarray(0, count * classCount), first * classCount)
  }
  return { classes, probabilities }
}

type Opened = {
  readonly memory: WebAssembly.Memory
  readonly functions: Exports
}

/** What the last call worked in: data often come in pieces. */
let opened: Opened | undefined

function openFor(bytes: number): Opened {
  if (opened === undefined || opened.memory.buffer.byteLength < bytes) {
    const memory = sharedMemory(bytes)
    opened = { memory, functions: openKernel(kernel, loadKernelSync(kernel), memory) }
  }
  return opened
}
