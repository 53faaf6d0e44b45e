import { JobError } from '../errors/job-error.ts'
import type { TrainingData } from './algorithm.ts'
import { classCounts } from './class-weights.ts'

/**
 * Checks that rows and features are there, that every class has rows and that every feature is a finite number.
 *
 * @throws JobError
 */
export function checkTraining({ features, target, classCount, featureNames }: TrainingData): void {
  if (features.rows === 0)
    throw new JobError('dataset_empty', 'There are no rows to train on: send a dataset with more rows.')
  if (features.columns === 0) {
    throw new JobError(
      'bad_features',
      'There are no features to train on: send a dataset with a column beside the target.',
    )
  }
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
  const { values, rows } = features
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      const name = featureNames[Math.floor(i / rows)] ?? `number ${Math.floor(i / rows)}`
      throw new JobError(
        'bad_features',
        `The feature ${JSON.stringify(name)} holds ${Number.isNaN(values[i]) ? 'a missing value (NaN)' : 'an infinite value'} in training row ${(i % rows) + 1}: fill it in or leave the row out.`,
      )
    }
  }
}
