import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import { hasLogLink } from './loss.ts'
import type { GradientBoostingModel } from './model.ts'
import { type PackedTrees, packTrees } from './packed-trees.ts'
import { testedColumns } from './walk.ts'

/**
 * Rows that are transposed to row-major at a time: they stay in the L1 cache while column after column is written.
 */
const TILE = 32
/** The packed trees of the model that predicted last, because rows often come in batches. */
let last: { model: WeakRef<GradientBoostingModel>; packed: PackedTrees } | undefined

/** The raw predictions, per output: the baseline and the trees' values, added in their order. */
export function rawPredictions(model: GradientBoostingModel, features: Matrix): Float64Array[] {
  if (last?.model.deref() !== model) last = { model: new WeakRef(model), packed: packTrees(model) }
  const { kernel, memory, capacity, ...at } = last.packed
  const { rows } = features
  const columns = testedColumns(features, model.categories)
  const stride = columns.length + 1
  const block = new Float64Array(memory.buffer, at.rows, capacity * stride)
  const sums = Array.from(model.baseline, () => new Float64Array(rows))
  for (let from = 0; from < rows; from += capacity) {
    const count = Math.min(capacity, rows - from)
    for (let first = 0; first < count; first += TILE) {
      const end = Math.min(first + TILE, count)
      columns.forEach((values, j) => {
        for (let i = first; i < end; i++) block[i * stride + j] = values[from + i]
      })
    }
    const blockSums = Array.from(model.baseline, (baseline, k) =>
      new Float64Array(memory.buffer, at.sums + 8 * k * capacity, count).fill(baseline),
    )
    kernel.addLeaves(at.roots, model.roots.length, count)
    blockSums.forEach((values, k) => {
      sums[k].set(values, from)
    })
  }
  return sums
}

/** Classes and probabilities: the logistic function of the raw prediction, or the softmax of several. */
export function predictClasses(model: GradientBoostingModel, features: Matrix): Prediction {
  const raw = rawPredictions(model, features)
  return raw.length === 1 ? binaryPrediction(raw[0]) : multinomialPrediction(raw)
}

function binaryPrediction(raw: Float64Array): Prediction {
  const probabilities = new Float64Array(2 * raw.length)
  for (let i = 0; i < raw.length; i++) {
    const second = 1 / (1 + Math.exp(-raw[i]))
    probabilities[2 * i] = 1 - second
    probabilities[2 * i + 1] = second
  }
  return { classes: Int32Array.from(raw, (value) => (value > 0 ? 1 : 0)), probabilities }
}

function multinomialPrediction(raw: readonly Float64Array[]): Prediction {
  const [{ length: rows }] = raw
  const probabilities = new Float64Array(rows * raw.length)
  const classes = new Int32Array(rows)
  for (let i = 0; i < rows; i++) {
    for (let k = 1; k < raw.length; k++) if (raw[k][i] > raw[classes[i]][i]) classes[i] = k
    const largest = raw[classes[i]][i]
    let sum = 0
    for (let k = 0; k < raw.length; k++) {
      const power = Math.exp(raw[k][i] - largest)
      probabilities[i * raw.length + k] = power
      sum += power
    }
    for (let k = 0; k < raw.length; k++) probabilities[i * raw.length + k] /= sum
  }
  return { classes, probabilities }
}

/** Numbers: the raw prediction, or its exponential where the loss has a logarithm for its link. */
export function predictNumbers(model: GradientBoostingModel, features: Matrix): { values: Float64Array } {
  const [raw] = rawPredictions(model, features)
  return { values: hasLogLink(model.loss) ? raw.map(Math.exp) : raw }
}
