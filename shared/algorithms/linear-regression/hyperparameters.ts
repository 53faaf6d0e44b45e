import type { z } from 'zod'
import { flag, hyperparameters, integer, none, oneOf, or, real } from '../hyperparameters.ts'

/**
 * scikit-learn 1.9's LinearRegression, or by `penalty` its Ridge (l2), Lasso (l1) or ElasticNet. `tol` has the default of
 * the one that is asked for.
 */
const supported = {
  penalty: or(oneOf('l2', 'l1', 'elasticnet'), none()).default(null),
  alpha: real(0, Number.POSITIVE_INFINITY, true).default(1),
  l1_ratio: real(0, 1, true).default(0.5),
  fit_intercept: flag().default(true),
  tol: real(0, Number.POSITIVE_INFINITY, true).optional(),
  max_iter: integer(1).default(1000),
  positive: flag().default(false),
}

export const linearRegressionHyperparameters = hyperparameters({
  supported,
  withoutEffect: ['copy_X', 'n_jobs', 'precompute', 'random_state', 'warm_start', 'verbose'],
  refused: {
    solver: 'the penalty decides which solver is exact',
    selection: 'coordinates are taken in their order',
  },
  rules: [
    {
      rule: '`positive` needs the penalty l1 or elasticnet.',
      problem: ({ positive, penalty }) =>
        positive && (penalty === null || penalty === 'l2')
          ? `positive needs the penalty l1 or elasticnet, not ${penalty}: use one of them, or positive false.`
          : undefined,
    },
  ],
})
export type LinearRegressionParams = z.output<typeof linearRegressionHyperparameters.schema>
