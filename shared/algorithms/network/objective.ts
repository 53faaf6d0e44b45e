import { type Figures, lossAndGradient, lossOf } from './loss.ts'

/** What a network is to learn: a score or more a row, and how far they are from the truth. */
export type Objective = {
  /** 0: a regression. */
  readonly classCount: number
  /** Units of the last layer, and the activation that a prediction has. */
  readonly outputs: number
  readonly last: 'softmax' | 'linear'
  /** Sums over the rows of a batch; writes the gradient of their mean loss by the scores. */
  ofBatch(scores: Float32Array, rows: Int32Array, gradients: Float32Array): Figures
  /** Sums over `count` validation rows from the one at `first`. */
  ofValidation(scores: Float32Array, first: number, count: number): Figures
}

/** What each row counts in the loss, as Keras' sample_weight; absent: 1. */
export type LossWeights = { readonly rows?: Float64Array; readonly validation?: Float64Array }

/**
 * Sparse categorical cross-entropy.
 *
 * @param target the class of each row, and of each validation row
 */
export function classification(
  target: Int32Array,
  validation: Int32Array,
  classCount: number,
  weights: LossWeights,
): Objective {
  const actual = new Int32Array(target.length)
  const ofRows = weights.rows && new Float64Array(target.length)
  return {
    classCount,
    outputs: classCount,
    last: 'softmax',
    ofBatch(scores, rows, gradients) {
      for (let i = 0; i < rows.length; i++) actual[i] = target[rows[i]]
      if (ofRows && weights.rows) takeInto(ofRows, weights.rows, rows)
      return lossAndGradient(scores, actual, rows.length, classCount, gradients, ofRows)
    },
    ofValidation: (scores, first, count) =>
      lossOf(
        scores,
        validation.subarray(first, first + count),
        classCount,
        weights.validation?.subarray(first, first + count),
      ),
  }
}

function takeInto(taken: Float64Array, values: Float64Array, rows: Int32Array): void {
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]]
}

/** Keras' mean squared or mean absolute error. */
export type RegressionLoss = 'mse' | 'mae'

/** The mean of the squared or absolute errors; `hits` are 0. Targets are rounded to single precision, as Keras does. */
export function regression(
  target: Float64Array,
  validation: Float64Array,
  loss: RegressionLoss,
  weights: LossWeights,
): Objective {
  const isSquared = loss === 'mse'
  const actual = Float32Array.from(target)
  const held = Float32Array.from(validation)
  return {
    classCount: 0,
    outputs: 1,
    last: 'linear',
    ofBatch(scores, rows, gradients) {
      let sum = 0
      for (let i = 0; i < rows.length; i++) {
        const error = scores[i] - actual[rows[i]]
        const weight = weights.rows === undefined ? 1 : weights.rows[rows[i]]
        sum += weight * (isSquared ? error * error : Math.abs(error))
        gradients[i] = (weight * (isSquared ? 2 * error : Math.sign(error))) / rows.length
      }
      return { loss: sum, hits: 0 }
    },
    ofValidation(scores, first, count) {
      let sum = 0
      for (let i = 0; i < count; i++) {
        const error = scores[i] - held[first + i]
        const weight = weights.validation === undefined ? 1 : weights.validation[first + i]
        sum += weight * (isSquared ? error * error : Math.abs(error))
      }
      return { loss: sum, hits: 0 }
    },
  }
}
