import { columnOf, type DiskMatrix, type Features } from '../../disk/disk-matrix.ts'
import { JobError } from '../../errors/job-error.ts'
import { quote } from '../../errors/sentences.ts'
import type { Fit, TrainingData } from '../algorithm.ts'
import { checkRows, checkTraining } from '../check-training.ts'
import type { NaiveBayesParams } from './hyperparameters.ts'
import type { NaiveBayesModel } from './model.ts'

/**
 * Fits a normal distribution to each feature in each class. `var_smoothing` times the largest variance of a feature
 * is added to each variance (scikit-learn's GaussianNB).
 *
 * @throws JobError if a feature has no variance in a class, or `priors` does not have one value per class.
 */
export async function fit(data: TrainingData, params: NaiveBayesParams): Promise<Fit<NaiveBayesModel>> {
  checkTraining(data, { acceptsMissing: false })
  return fitColumns(data, params)
}

/** As `fit`, with features in a file, which is read column by column. */
export async function fitFromDisk(
  data: TrainingData<'classification', DiskMatrix>,
  params: NaiveBayesParams,
): Promise<Fit<NaiveBayesModel>> {
  checkRows(data)
  return fitColumns(data, params)
}

function fitColumns(
  data: TrainingData<'classification', Features>,
  params: NaiveBayesParams,
): Fit<NaiveBayesModel> {
  const { features, target, classCount } = data
  const { columns: featureCount } = features
  const weights = data.sampleWeights ?? new Float64Array(target.length).fill(1)
  const counts = new Float64Array(classCount)
  for (let i = 0; i < target.length; i++) counts[target[i]] += weights[i]
  const means = new Float64Array(classCount * featureCount)
  const variances = new Float64Array(classCount * featureCount)
  const all = new Int32Array(target.length)
  const ones = new Float64Array(target.length).fill(1)
  let largest = 0
  for (let j = 0; j < featureCount; j++) {
    const values = columnOf(features, j)
    const whole = momentsOf(values, all, ones, Float64Array.of(target.length))
    largest = Math.max(largest, whole.variances[0])
    const moments = momentsOf(values, target, weights, counts)
    for (let k = 0; k < classCount; k++) {
      means[k * featureCount + j] = moments.means[k]
      variances[k * featureCount + j] = moments.variances[k]
    }
  }
  const smoothing = params.var_smoothing * largest
  for (let i = 0; i < variances.length; i++) variances[i] += smoothing
  checkVariances(variances, data)
  const model = { classCount, featureCount, means, variances, priors: priorsOf(params, counts) }
  return { status: 'done', model, warnings: [] }
}

/** Mean and variance of a feature in each group of rows; 0 in a group without weight. */
function momentsOf(values: Float64Array, group: Int32Array, weights: Float64Array, counts: Float64Array) {
  const means = new Float64Array(counts.length)
  const variances = new Float64Array(counts.length)
  const divide = (sums: Float64Array) => {
    for (let k = 0; k < counts.length; k++) if (counts[k] > 0) sums[k] /= counts[k]
  }
  for (let i = 0; i < values.length; i++) means[group[i]] += weights[i] * values[i]
  divide(means)
  for (let i = 0; i < values.length; i++)
    variances[group[i]] += weights[i] * (values[i] - means[group[i]]) ** 2
  divide(variances)
  return { means, variances }
}

function checkVariances(
  variances: Float64Array,
  { featureNames, features }: TrainingData<'classification', Features>,
): void {
  const at = variances.findIndex((variance) => !(variance > 0 && variance < Number.POSITIVE_INFINITY))
  if (at < 0) return
  const name = quote(featureNames[at % features.columns] ?? at % features.columns)
  throw variances[at] === 0
    ? new JobError(
        'bad_features',
        `The feature ${name} has one value in all training rows of a class, and hyperparameters.var_smoothing adds nothing to its variance: leave the feature out, or use a larger var_smoothing.`,
      )
    : new JobError(
        'diverged',
        `The variance of the feature ${name} is not finite: divide its numbers by a constant, or use a smaller hyperparameters.var_smoothing.`,
      )
}

function priorsOf({ priors }: NaiveBayesParams, counts: Float64Array): Float64Array {
  const rows = counts.reduce((sum, count) => sum + count, 0)
  if (priors === null) return Float64Array.from(counts, (count) => count / rows)
  if (priors.length !== counts.length) {
    throw new JobError(
      'bad_hyperparameter',
      `hyperparameters.priors has ${priors.length} probabilities, and there are ${counts.length} classes: give one for each.`,
    )
  }
  return Float64Array.from(priors)
}
