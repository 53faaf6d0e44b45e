import type { Matrix } from '../../data/matrix.ts'
import type { Arithmetic } from '../../wasm/arithmetic.ts'
import { loadKernelSync, openKernel } from '../../wasm/kernel.ts'
import { BLOCK_ROWS, type Exports, kernel, PredictionInput } from '../../wasm/kernels/logistic-regression.ts'
import { memoryLayout, recordAt, sharedMemory } from '../../wasm/memory.ts'
import type { Prediction } from '../algorithm.ts'
import { arithmeticToPredict } from '../arithmetic.ts'
import type { LogisticRegressionModel } from './model.ts'

/** Values of a chunk, about: what the kernel is given at once fits in the L2 cache. */
const CHUNK_VALUES = 2 ** 17
const MAX_CHUNK_ROWS = 4096

/** The class with the maximum score (the first of equals; for two classes, 1 where it is above 0), and probabilities. */
export function predict(model: LogisticRegressionModel, features: Matrix): Prediction {
  const { classCount, featureCount } = model
  const { rows, values } = features
  const scores = model.intercepts.length
  const blocks = Math.floor(CHUNK_VALUES / (featureCount + classCount) / BLOCK_ROWS)
  const chunkRows = Math.min(Math.max(1, blocks) * BLOCK_ROWS, MAX_CHUNK_ROWS)
  // Not a power of two from one feature to the next, by which all would compete for the same lines of the L1 cache.
  const columnRows = chunkRows + 8
  const layout = memoryLayout()
  const chunkAddress = layout.float64(featureCount * columnRows)
  const coefficientsAddress = layout.float64((featureCount + 1) * scores)
  const classesAddress = layout.int32(chunkRows)
  const probabilitiesAddress = layout.float64(classCount * chunkRows)
  const scratchAddress = layout.float64((scores + 2) * BLOCK_ROWS)
  const input = layout.record(PredictionInput)
  const { memory, functions } = openFor(layout.end(), arithmeticToPredict(model))
  const chunk = new Float64Array(memory.buffer, chunkAddress, featureCount * columnRows)
  const coefficients = new Float64Array(memory.buffer, coefficientsAddress, (featureCount + 1) * scores)
  const chunkClasses = new Int32Array(memory.buffer, classesAddress, chunkRows)
  const chunkProbabilities = new Float64Array(memory.buffer, probabilitiesAddress, classCount * chunkRows)
  for (let k = 0; k < scores; k++) {
    for (let f = 0; f < featureCount; f++)
      coefficients[f * scores + k] = model.coefficients[k * featureCount + f]
    coefficients[featureCount * scores + k] = model.intercepts[k]
  }

  recordAt(PredictionInput, memory, input).fill({
    x: chunkAddress,
    columnBytes: columnRows * Float64Array.BYTES_PER_ELEMENT,
    features: featureCount,
    scores,
    normalised: model.link === 'oneVsRest' ? 1 : 0,
    coefficients: coefficientsAddress,
    classes: classesAddress,
    probabilities: probabilitiesAddress,
    scratch: scratchAddress,
  })
  const classes = new Int32Array(rows)
  const probabilities = new Float64Array(rows * classCount)
  for (let first = 0; first < rows; first += chunkRows) {
    const count = Math.min(chunkRows, rows - first)
    for (let f = 0; f < featureCount; f++) {
      const from = f * rows + first
      chunk.set(values.subarray(from, from + count), f * columnRows)
    }
    functions.predict(input, count)
    classes.set(chunkClasses.subarray(0, count), first)
    probabilities.set(chunkProbabilities.subarray(0, count * classCount), first * classCount)
  }
  return { classes, probabilities }
}

type OpenKernel = {
  readonly arithmetic: Arithmetic
  readonly memory: WebAssembly.Memory
  readonly functions: Exports
}

/** What the last call worked in: data often come in pieces. */
let opened: OpenKernel | undefined

function openFor(bytes: number, arithmetic: Arithmetic): OpenKernel {
  if (opened?.arithmetic !== arithmetic || opened.memory.buffer.byteLength < bytes) {
    const memory = sharedMemory(bytes)
    const functions = openKernel(kernel, loadKernelSync(kernel, arithmetic), memory)
    opened = { arithmetic, memory, functions }
  }
  return opened
}
