import { z } from 'zod'
import { floatText } from '../count-or-share.ts'
import { classWeight, flag, hyperparameters, integer, real } from '../hyperparameters.ts'
import { maxFeatures, treeHyperparameters } from '../trees/hyperparameters.ts'

export const randomForestHyperparameters = hyperparameters({
  supported: {
    n_estimators: integer(1).default(100),
    ...treeHyperparameters,
    max_features: maxFeatures().default('sqrt'),
    bootstrap: flag().default(true),
    oob_score: flag().default(false),
    max_samples: z
      .union([integer(1), real(0), floatText, z.null()])
      .describe(
        'a whole number of at least 1 (rows), a share of the rows above 0 (1.0: as many as there are), or null',
      )
      .default(null),
    class_weight: z
      .union([z.literal('balanced_subsample'), classWeight()])
      .describe('"balanced", "balanced_subsample", an object of a weight of at least 0 per class, or null')
      .default(null),
  },
  withoutEffect: ['n_jobs', 'verbose', 'warm_start', 'copy_X'],
  refused: {
    monotonic_cst: 'monotonicity constraints are not implemented; leave it out.',
  },
  rules: [
    {
      rule: '`oob_score` needs `bootstrap`.',
      problem: ({ bootstrap, oob_score }) =>
        oob_score && !bootstrap
          ? 'hyperparameters.oob_score needs bootstrap: without it no row is out of bag; set bootstrap to true or leave oob_score out.'
          : undefined,
    },
    {
      rule: '`max_samples` needs `bootstrap`.',
      problem: ({ bootstrap, max_samples }) =>
        max_samples !== null && !bootstrap
          ? 'hyperparameters.max_samples needs bootstrap: without it every tree gets all rows; set bootstrap to true or leave max_samples out.'
          : undefined,
    },
  ],
})
export type RandomForestParams = z.output<typeof randomForestHyperparameters.schema>
