import type { z } from 'zod'
import {
  classWeight,
  flag,
  hyperparameters,
  integer,
  none,
  oneOf,
  or,
  randomSeed,
  real,
} from '../hyperparameters.ts'

/**
 * scikit-learn 1.9's LogisticRegression, with the worker's own defaults for max_iter and random_state. `penalty` left
 * out follows from l1_ratio; C = infinity is `penalty: null`. numSteps and learningRate belong to the engine
 * ml-logistic-regression, and the others of scikit-learn to the engine builtin.
 */
export const logisticRegressionHyperparameters = hyperparameters({
  supported: {
    engine: oneOf('builtin', 'ml-logistic-regression').default('builtin'),
    penalty: or(oneOf('l1', 'l2', 'elasticnet'), none()).optional(),
    C: real(0).default(1),
    l1_ratio: or(real(0, 1, true), none()).default(0),
    dual: flag().default(false),
    tol: real(0, Number.POSITIVE_INFINITY, true).default(1e-4),
    fit_intercept: flag().default(true),
    intercept_scaling: real(0).default(1),
    class_weight: classWeight().default(null),
    random_state: or(randomSeed(), none()).default(42),
    solver: oneOf('lbfgs', 'liblinear', 'newton-cg', 'newton-cholesky', 'sag', 'saga').default('lbfgs'),
    max_iter: integer(0).default(1000),
    numSteps: integer(1).optional(),
    learningRate: real(0).optional(),
  },
  withoutEffect: ['n_jobs', 'verbose', 'warm_start'],
  refused: {
    multi_class: 'scikit-learn 1.8 took it away; every solver but liblinear is multinomial',
  },
})
export type LogisticRegressionParams = z.infer<typeof logisticRegressionHyperparameters.schema>
