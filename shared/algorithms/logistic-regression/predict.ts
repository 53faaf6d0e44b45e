import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import { instantiate, type KernelFunction, memoryLayout, sharedMemory } from '../kernels/instance.ts'
import { blockRows, packRows, padded } from './blocks.ts'
import { kernel } from './kernel.ts'
import type { LogisticRegressionModel } from './model.ts'

/** The class with the greatest score (the first of equals; for two classes, 1 where it is above 0), and probabilities. */
export function predict(model: LogisticRegressionModel, features: Matrix): Prediction {
  const { classCount, featureCount } = model
  const { rows } = features
  const scores = model.intercepts.length
  const columns = padded(featureCount)
  const layout = memoryLayout()
  const blockAt = layout.float64(columns * blockRows)
  const coefficientsAt = layout.float64((columns + 1) * scores)
  const classesAt = layout.int32(blockRows)
  const probabilitiesAt = layout.float64(classCount * blockRows)
  const scratchAt = layout.float64((scores + 2) * blockRows)
  const { memory, functions } = openKernel(layout.bytes())
  const block = new Float64Array(memory.buffer, blockAt, columns * blockRows).fill(0)
  const coefficients = new Float64Array(memory.buffer, coefficientsAt, (columns + 1) * scores).fill(0)
  const blockClasses = new Int32Array(memory.buffer, classesAt, blockRows)
  const blockProbabilities = new Float64Array(memory.buffer, probabilitiesAt, classCount * blockRows)
  for (let k = 0; k < scores; k++) {
    for (let f = 0; f < featureCount; f++)
      coefficients[f * scores + k] = model.coefficients[k * featureCount + f]
    coefficients[columns * scores + k] = model.intercepts[k]
  }

  const normalised = model.link === 'oneVsRest' ? 1 : 0
  const classes = new Int32Array(rows)
  const probabilities = new Float64Array(rows * classCount)
  for (let first = 0; first < rows; first += blockRows) {
    const count = Math.min(blockRows, rows - first)
    packRows(features, first, count, columns, block)
    functions.predict(
      blockAt,
      count,
      columns,
      scores,
      normalised,
      coefficientsAt,
      classesAt,
      probabilitiesAt,
      scratchAt,
    )
    classes.set(blockClasses.subarray(0, count), first)
    probabilities.set(blockProbabilities.subarray(0, count * classCount), first * classCount)
  }
  return { classes, probabilities }
}

type Opened = {
  readonly memory: WebAssembly.Memory
  readonly functions: Record<string, KernelFunction>
  readonly bytes: number
}

/** What the last call worked in: data often come in pieces. */
let opened: Opened | undefined

function openKernel(bytes: number): Opened {
  if (opened === undefined || opened.bytes < bytes) {
    const memory = sharedMemory(bytes)
    opened = { memory, functions: instantiate(kernel, memory), bytes }
  }
  return opened
}
