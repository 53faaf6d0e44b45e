import type { z } from 'zod'
import {
  forestClassifierHyperparameters,
  forestRegressorHyperparameters,
  samplingRules,
  withoutEffect,
} from '../forest/hyperparameters.ts'
import { flag, hyperparameters } from '../hyperparameters.ts'
import { maxFeatures } from '../trees/hyperparameters.ts'

const monotonic_cst = 'monotonicity constraints are not implemented; leave it out.'

export const extraTreesHyperparameters = hyperparameters({
  supported: {
    ...forestClassifierHyperparameters,
    max_features: maxFeatures().default('sqrt'),
    bootstrap: flag().default(false),
  },
  withoutEffect,
  refused: { monotonic_cst },
  rules: samplingRules,
})
export type ExtraTreesParams = z.output<typeof extraTreesHyperparameters.schema>

export const extraTreesRegressorHyperparameters = hyperparameters({
  supported: {
    ...forestRegressorHyperparameters,
    max_features: maxFeatures().default('1.0'),
    bootstrap: flag().default(false),
  },
  withoutEffect,
  refused: { monotonic_cst, class_weight: 'a regression has no classes; leave it out.' },
  rules: samplingRules,
})
export type ExtraTreesRegressorParams = z.output<typeof extraTreesRegressorHyperparameters.schema>
