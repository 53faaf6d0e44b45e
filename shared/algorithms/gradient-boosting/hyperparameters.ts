import { z } from 'zod'
import {
  classWeight,
  flag,
  hyperparameters,
  integer,
  monotonicConstraints,
  none,
  oneOf,
  or,
  randomSeed,
  real,
} from '../hyperparameters.ts'

const share = () => z.number().gt(0).lt(1)

const columns = () => z.array(z.string()).min(1)

/** With more rows than this, `early_stopping: "auto"` stops early. */
export const AUTO_EARLY_STOPPING_ROWS = 10_000

/** The hyperparameters that classification and regression share. */
const supported = {
  learning_rate: real(0).default(0.1),
  max_iter: integer(1).default(100),
  max_leaf_nodes: or(integer(2), none()).default(31),
  max_depth: or(integer(1), none()).default(null),
  min_samples_leaf: integer(1).default(20),
  l2_regularization: real(0, Number.POSITIVE_INFINITY, true).default(0),
  max_features: real(0, 1).default(1),
  max_bins: integer(2, 255).default(255),
  categorical_features: z
    .union([oneOf('none', 'text'), columns()])
    .describe('"none", "text" (all text columns), or a list of names of columns')
    .default('none'),
  monotonic_cst: monotonicConstraints().default(null),
  interaction_cst: z
    .union([oneOf('pairwise', 'no_interactions'), z.array(columns()).min(1), z.null()])
    .describe('"pairwise", "no_interactions", a list of lists of names of columns, or null')
    .default(null),
  early_stopping: z
    .union([z.literal('auto'), flag()])
    .describe(`"auto" (with more than ${AUTO_EARLY_STOPPING_ROWS} training rows), true or false`)
    .default('auto'),
  validation_fraction: z
    .union([integer(1), share(), z.null()])
    .describe(
      'a whole number of at least 1 (rows), a share of the rows between 0 and 1, or null (the training rows)',
    )
    .default(0.1),
  n_iter_no_change: integer(1).default(10),
  tol: real(0, Number.POSITIVE_INFINITY, true).default(1e-7),
  scoring: oneOf('loss').default('loss'),
  random_state: or(randomSeed(), none()).default(42),
}

const withoutEffect = ['verbose', 'warm_start', 'n_jobs']

export const gradientBoostingHyperparameters = hyperparameters({
  supported: {
    loss: oneOf('log_loss').default('log_loss'),
    ...supported,
    class_weight: classWeight().default(null),
  },
  withoutEffect,
  refused: { quantile: 'it belongs to the loss quantile of a regression; leave it out.' },
})
export type GradientBoostingParams = z.output<typeof gradientBoostingHyperparameters.schema>

export const gradientBoostingRegressorHyperparameters = hyperparameters({
  supported: {
    loss: oneOf('squared_error', 'absolute_error', 'gamma', 'poisson', 'quantile').default('squared_error'),
    quantile: z.union([share(), z.null()]).describe('a number between 0 and 1, or null').default(null),
    ...supported,
  },
  withoutEffect,
  refused: { class_weight: 'a regression has no classes; leave it out.' },
  rules: [
    {
      rule: 'The `loss` quantile needs `quantile`.',
      problem: ({ loss, quantile }) =>
        loss === 'quantile' && quantile === null
          ? 'hyperparameters.loss quantile needs quantile: give the quantile to predict, for example 0.9.'
          : undefined,
    },
  ],
})
export type GradientBoostingRegressorParams = z.output<typeof gradientBoostingRegressorHyperparameters.schema>

/** The values that both tasks share. */
export type BoostingParams = Omit<GradientBoostingParams, 'loss' | 'class_weight'>
