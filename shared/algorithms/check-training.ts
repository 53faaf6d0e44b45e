import type { Task } from '../data/task.ts'
import { JobError } from '../errors/job-error.ts'
import { quote } from '../errors/sentences.ts'
import type { TrainingData } from './algorithm.ts'
import { classCounts } from './class-weights.ts'

/**
 * Checks that there are rows and features, that every class of a classification has rows and that every feature is a finite number.
 *
 * @param options.acceptsMissing whether a feature may be NaN, a missing value
 * @throws JobError
 */
export function checkTraining(data: TrainingData<Task>, options: { readonly acceptsMissing: boolean }): void {
  checkRows(data)
  checkFeatures(data, options.acceptsMissing)
}

/**
 * The same but for the features' values, of which those in a file were checked when they were prepared.
 *
 * @throws JobError
 */
export function checkRows(
  data: TrainingData<Task, { readonly rows: number; readonly columns: number }>,
): void {
  const { features } = data
  if (features.rows === 0)
    throw new JobError('dataset_empty', 'There are no rows to train on: send a dataset with more rows.')
  if (features.columns === 0) {
    throw new JobError(
      'bad_features',
      'There are no features to train on: send a dataset with a column beside the target.',
    )
  }
  if (data.task !== 'regression') checkClasses(data.target, data.classCount)
}

function checkClasses(target: Int32Array, classCount: number): void {
  const present = classCounts(target, classCount).filter((count) => count > 0).length
  if (present < 2) {
    throw new JobError(
      'bad_target',
      'All training rows have the same class: send rows of at least two classes.',
    )
  }
  if (present < classCount) {
    throw new JobError(
      'bad_target',
      `Only ${present} of the ${classCount} classes have training rows: send more rows of the rare classes, or leave those classes out.`,
    )
  }
}

function checkFeatures({ features, featureNames }: TrainingData<Task>, acceptsMissing: boolean): void {
  const { values, rows } = features
  for (let i = 0; i < values.length; i++) {
    const isMissing = Number.isNaN(values[i])
    if (Number.isFinite(values[i]) || (isMissing && acceptsMissing)) continue
    const column = Math.floor(i / rows)
    throw new JobError(
      'bad_features',
      `The feature ${quote(featureNames[column] ?? column)} holds ${isMissing ? 'a missing value (NaN)' : 'an infinite value'} in training row ${(i % rows) + 1}: fill it in or leave the row out.`,
    )
  }
}
