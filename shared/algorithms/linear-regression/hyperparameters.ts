import type { z } from 'zod'
import { flag, hyperparameters, integer, none, oneOf, or, real } from '../hyperparameters.ts'

const DEFAULT_ALPHA = 1
const DEFAULT_L1_RATIO = 0.5

/**
 * scikit-learn 1.9's LinearRegression, or by `penalty` its Ridge (l2), Lasso (l1) or ElasticNet. `tol` has the
 * default of that estimator.
 */
const supported = {
  penalty: or(oneOf('l2', 'l1', 'elasticnet'), none()).default(null),
  alpha: real(0, Number.POSITIVE_INFINITY, true).default(DEFAULT_ALPHA),
  l1_ratio: real(0, 1, true).default(DEFAULT_L1_RATIO),
  fit_intercept: flag().default(true),
  tol: real(0, Number.POSITIVE_INFINITY, true).optional(),
  max_iter: integer(1).default(1000),
  positive: flag().default(false),
}

export const linearRegressionHyperparameters = hyperparameters({
  supported,
  withoutEffect: ['copy_X', 'n_jobs', 'precompute', 'random_state', 'warm_start', 'verbose'],
  refused: {
    solver: 'the solver follows from the penalty; leave it out.',
    selection: 'coordinates are always taken in order; leave it out.',
    class_weight: 'a regression has no classes; leave it out.',
  },
  rules: [
    {
      rule: '`alpha` belongs to a `penalty`.',
      problem: ({ alpha, penalty }) =>
        penalty === null && alpha !== DEFAULT_ALPHA
          ? 'hyperparameters.alpha belongs to a penalty: give penalty l2, l1 or elasticnet, or leave alpha out.'
          : undefined,
    },
    {
      rule: '`l1_ratio` belongs to the penalty elasticnet.',
      problem: ({ l1_ratio, penalty }) =>
        penalty !== 'elasticnet' && l1_ratio !== DEFAULT_L1_RATIO
          ? `hyperparameters.l1_ratio belongs to the penalty elasticnet, not ${penalty}: use elasticnet, or leave l1_ratio out.`
          : undefined,
    },
  ],
})
export type LinearRegressionParams = z.output<typeof linearRegressionHyperparameters.schema>
