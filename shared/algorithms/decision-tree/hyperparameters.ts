import type { z } from 'zod'
import { classWeight, hyperparameters, oneOf } from '../hyperparameters.ts'
import { maxFeatures, regressionCriterion, treeHyperparameters } from '../trees/hyperparameters.ts'

export const decisionTreeHyperparameters = hyperparameters({
  supported: {
    ...treeHyperparameters,
    splitter: oneOf('best', 'random').default('best'),
    max_features: maxFeatures().default(null),
    class_weight: classWeight().default(null),
  },
  withoutEffect: ['n_jobs', 'verbose', 'warm_start', 'copy_X'],
})
export type DecisionTreeParams = z.output<typeof decisionTreeHyperparameters.schema>

export const decisionTreeRegressorHyperparameters = hyperparameters({
  supported: {
    ...treeHyperparameters,
    criterion: regressionCriterion().default('squared_error'),
    splitter: oneOf('best', 'random').default('best'),
    max_features: maxFeatures().default(null),
  },
  withoutEffect: ['n_jobs', 'verbose', 'warm_start', 'copy_X'],
  refused: { class_weight: 'a regression has no classes; leave it out.' },
})
export type DecisionTreeRegressorParams = z.output<typeof decisionTreeRegressorHyperparameters.schema>
