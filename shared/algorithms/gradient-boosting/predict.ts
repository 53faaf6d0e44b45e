import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import { type GradientBoostingModel, hasLogLink } from './model.ts'
import { addTree, testedColumns } from './walk.ts'

/** The raw predictions, per output: the baseline and the trees' values, added in their order. */
export function rawPredictions(model: GradientBoostingModel, features: Matrix): Float64Array[] {
  const columns = testedColumns(features, model.categories)
  const sums = Array.from(model.baseline, (value) => new Float64Array(features.rows).fill(value))
  for (let tree = 0; tree < model.roots.length; tree++)
    addTree(model, tree, columns, sums[tree % sums.length])
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
