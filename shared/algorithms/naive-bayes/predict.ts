import type { Matrix } from '../../data/matrix.ts'
import type { Prediction } from '../algorithm.ts'
import type { NaiveBayesModel } from './model.ts'

/**
 * The part of each class's log-likelihood that is the same for all rows: its prior and the normal distributions'
 * factors.
 */
export function logOffsets({ classCount, featureCount, variances, priors }: NaiveBayesModel): Float64Array {
  return Float64Array.from({ length: classCount }, (_, k) => {
    let sum = 0
    for (let j = 0; j < featureCount; j++) sum += Math.log(2 * Math.PI * variances[k * featureCount + j])
    return Math.log(priors[k]) - 0.5 * sum
  })
}

/**
 * The most probable class (the first of equal ones), and the probabilities by Bayes' rule with independent features.
 */
export function predict(model: NaiveBayesModel, { rows, values }: Matrix): Prediction {
  const { classCount, featureCount, means, variances } = model
  const offsets = logOffsets(model)
  const classes = new Int32Array(rows)
  const probabilities = new Float64Array(rows * classCount)
  for (let row = 0; row < rows; row++) {
    const likelihoods = probabilities.subarray(row * classCount, (row + 1) * classCount)
    for (let k = 0; k < classCount; k++) {
      let sum = 0
      for (let j = 0; j < featureCount; j++) {
        const difference = values[j * rows + row] - means[k * featureCount + j]
        sum += (difference * difference) / variances[k * featureCount + j]
      }
      likelihoods[k] = offsets[k] - 0.5 * sum
      if (likelihoods[k] > likelihoods[classes[row]]) classes[row] = k
    }
    const largest = likelihoods[classes[row]]
    let whole = 0
    for (let k = 0; k < classCount; k++) whole += Math.exp(likelihoods[k] - largest)
    const logWhole = Math.log(whole) + largest
    for (let k = 0; k < classCount; k++) likelihoods[k] = Math.exp(likelihoods[k] - logWhole)
  }
  return { classes, probabilities }
}
