import type { z } from 'zod'
import { hyperparameters, integer, oneOf, real } from '../hyperparameters.ts'

/** What both tasks share: scikit-learn 1.9's KNeighborsClassifier and KNeighborsRegressor, with their defaults. */
const supported = {
  n_neighbors: integer(1).default(5),
  weights: oneOf('uniform', 'distance').default('uniform'),
  algorithm: oneOf('auto', 'kd_tree', 'brute').default('auto'),
  leaf_size: integer(1).default(30),
  metric: oneOf('minkowski', 'euclidean', 'manhattan', 'chebyshev').default('minkowski'),
  p: real(0).default(2),
}

const withoutEffect = ['n_jobs', 'random_state']
const metric_params = 'weights of features are not implemented; leave it out.'

const rules = [
  {
    rule: '`algorithm` kd_tree needs a `p` of at least 1.',
    problem: ({ algorithm, metric, p }: KNeighborsParams) =>
      algorithm === 'kd_tree' && metric === 'minkowski' && p < 1
        ? `hyperparameters.algorithm kd_tree needs p of at least 1, and p is ${p}: use brute, or a larger p.`
        : undefined,
  },
]

export const kNeighborsHyperparameters = hyperparameters({
  supported,
  withoutEffect,
  refused: { metric_params, class_weight: 'k_neighbors has no weights of classes; leave it out.' },
  rules,
})
export type KNeighborsParams = {
  readonly [Name in keyof typeof supported]: z.output<(typeof supported)[Name]>
}

export const kNeighborsRegressorHyperparameters = hyperparameters({
  supported,
  withoutEffect,
  refused: { metric_params, class_weight: 'a regression has no classes; leave it out.' },
  rules,
})
