import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import { instantiate, memoryLayout, sharedMemory } from '../kernels/instance.ts'
import { blockRows, kernel, padded } from './kernel.ts'
import { packRows } from './loss.ts'
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
  const scoresAt = layout.float64((scores + 2) * blockRows)
  const memory = sharedMemory(layout.bytes())
  const { scoresOf, softmax, sigmoid } = instantiate(kernel, memory)
  const block = new Float64Array(memory.buffer, blockAt, columns * blockRows)
  const coefficients = new Float64Array(memory.buffer, coefficientsAt, (columns + 1) * scores)
  const found = new Float64Array(memory.buffer, scoresAt, scores * blockRows)
  for (let k = 0; k < scores; k++) {
    for (let f = 0; f < featureCount; f++)
      coefficients[f * scores + k] = model.coefficients[k * featureCount + f]
    coefficients[columns * scores + k] = model.intercepts[k]
  }

  const classes = new Int32Array(rows)
  const probabilities = new Float64Array(rows * classCount)
  for (let first = 0; first < rows; first += blockRows) {
    const count = Math.min(blockRows, rows - first)
    packRows(features, first, count, columns, block)
    scoresOf(blockAt, count, columns, scores, coefficientsAt, scoresAt)
    if (scores === 1) {
      for (let r = 0; r < count; r++) classes[first + r] = found[r] > 0 ? 1 : 0
      sigmoid(count, 1, scoresAt)
      for (let r = 0; r < count; r++) {
        probabilities[2 * (first + r)] = 1 - found[r]
        probabilities[2 * (first + r) + 1] = found[r]
      }
      continue
    }
    for (let r = 0; r < count; r++) {
      let best = 0
      for (let k = 1; k < scores; k++) {
        if (found[k * blockRows + r] > found[best * blockRows + r]) best = k
      }
      classes[first + r] = best
    }
    if (model.link === 'softmax') softmax(count, scores, scoresAt)
    else sigmoid(count, scores, scoresAt)
    for (let r = 0; r < count; r++) {
      const at = (first + r) * scores
      let sum = 0
      for (let k = 0; k < scores; k++) sum += found[k * blockRows + r]
      const scale = model.link === 'softmax' ? 1 : 1 / sum
      for (let k = 0; k < scores; k++) probabilities[at + k] = found[k * blockRows + r] * scale
    }
  }
  return { classes, probabilities }
}
