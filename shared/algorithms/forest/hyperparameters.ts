import { z } from 'zod'
import { floatText } from '../count-or-share.ts'
import { classWeight, flag, hyperparameters, integer, real } from '../hyperparameters.ts'
import { maxFeatures, regressionCriterion, treeHyperparameters } from '../trees/hyperparameters.ts'

/** What forests of both tasks have in common, with scikit-learn's names and defaults. */
const common = {
  n_estimators: integer(1).default(100),
  ...treeHyperparameters,
  oob_score: flag().default(false),
  max_samples: z
    .union([integer(1), real(0), floatText, z.null()])
    .describe(
      'a whole number of at least 1 (rows), a share of the rows above 0 (1.0: as many as there are), or null',
    )
    .default(null),
}

const classifier = {
  ...common,
  class_weight: z
    .union([z.literal('balanced_subsample'), classWeight()])
    .describe('"balanced", "balanced_subsample", an object of a weight of at least 0 per class, or null')
    .default(null),
  max_features: maxFeatures().default('sqrt'),
} as const

const regressor = {
  ...common,
  criterion: regressionCriterion().default('squared_error'),
  max_features: maxFeatures().default('1.0'),
} as const

const withoutEffect = ['n_jobs', 'verbose', 'warm_start', 'copy_X'] as const

type Sampled = {
  readonly bootstrap: boolean
  readonly oob_score: boolean
  readonly max_samples: number | string | null
}

const samplingRules = [
  {
    rule: '`oob_score` needs `bootstrap`.',
    problem: ({ bootstrap, oob_score }: Sampled) =>
      oob_score && !bootstrap
        ? 'hyperparameters.oob_score needs bootstrap: without it no row is out of bag; set bootstrap to true or leave oob_score out.'
        : undefined,
  },
  {
    rule: '`max_samples` needs `bootstrap`.',
    problem: ({ bootstrap, max_samples }: Sampled) =>
      max_samples !== null && !bootstrap
        ? 'hyperparameters.max_samples needs bootstrap: without it every tree gets all rows; set bootstrap to true or leave max_samples out.'
        : undefined,
  },
] as const

/** The hyperparameters of a forest's classifier; forests differ in the default of `bootstrap`. */
export const forestClassifierHyperparameters = (bootstrap: boolean) =>
  hyperparameters({
    supported: { ...classifier, bootstrap: flag().default(bootstrap) },
    withoutEffect,
    rules: samplingRules,
  })

/** The same of its regressor. */
export const forestRegressorHyperparameters = (bootstrap: boolean) =>
  hyperparameters({
    supported: { ...regressor, bootstrap: flag().default(bootstrap) },
    withoutEffect,
    refused: { class_weight: 'a regression has no classes; leave it out.' },
    rules: samplingRules,
  })
