/** The list of the algorithms. What is loaded with it is light: the code of a fit or a prediction comes on demand. */

import type { Task } from '../data/task.ts'
import { JobError } from '../errors/job-error.ts'
import { list } from '../errors/sentences.ts'
import { cnn } from './cnn/descriptor.ts'
import { decisionTree } from './decision-tree/descriptor.ts'
import { type AlgorithmDescriptor, type Estimator, tasksOf } from './descriptor.ts'
import { dnn } from './dnn/descriptor.ts'
import { extraTrees } from './extra-trees/descriptor.ts'
import { gradientBoosting } from './gradient-boosting/descriptor.ts'
import { kNeighbors } from './k-neighbors/descriptor.ts'
import { linearRegression } from './linear-regression/descriptor.ts'
import { logisticRegression } from './logistic-regression/descriptor.ts'
import { naiveBayes } from './naive-bayes/descriptor.ts'
import { type AlgorithmName, algorithmNames } from './names.ts'
import { randomForest } from './random-forest/descriptor.ts'
import { svm } from './svm/descriptor.ts'

export const algorithms: { readonly [Name in AlgorithmName]: AlgorithmDescriptor<Name> } = {
  random_forest: randomForest,
  extra_trees: extraTrees,
  decision_tree: decisionTree,
  gradient_boosting: gradientBoosting,
  logistic_regression: logisticRegression,
  linear_regression: linearRegression,
  svm,
  k_neighbors: kNeighbors,
  naive_bayes: naiveBayes,
  dnn,
  cnn,
}

export type AnyEstimator = { [T in Task]: Estimator<T> }[Task]

/** The same for a task that is known only when it runs. */
export function anyEstimatorFor(algorithm: AlgorithmName, task: Task): AnyEstimator {
  return task === 'regression' ? estimatorFor(algorithm, task) : estimatorFor(algorithm, task)
}

/**
 * The algorithm's estimator for a task.
 *
 * @throws JobError (bad_task) for an algorithm that does not have the task.
 */
export function estimatorFor<T extends Task>(algorithm: AlgorithmName, task: T): Estimator<T> {
  const descriptor: AlgorithmDescriptor = algorithms[algorithm]
  const estimator: Estimator<T> | undefined = descriptor.estimators[task]
  if (estimator !== undefined) return estimator
  const others = algorithmNames.filter((name) => algorithms[name].estimators[task] !== undefined)
  const instead = others.find((name) => name === descriptor.counterpart) ?? list(others, others.length)
  throw new JobError(
    'bad_task',
    `${algorithm} is for ${list(tasksOf(descriptor), 2)}, and this is a ${task}: use ${instead}, or choose another target_column or task.`,
  )
}
