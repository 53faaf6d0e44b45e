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

export const randomForestHyperparameters = hyperparameters({
  supported: {
    ...forestClassifierHyperparameters,
    max_features: maxFeatures().default('sqrt'),
    bootstrap: flag().default(true),
  },
  withoutEffect,
  refused: { monotonic_cst },
  rules: samplingRules,
})
export type RandomForestParams = z.output<typeof randomForestHyperparameters.schema>

export const randomForestRegressorHyperparameters = hyperparameters({
  supported: {
    ...forestRegressorHyperparameters,
    max_features: maxFeatures().default('1.0'),
    bootstrap: flag().default(true),
  },
  withoutEffect,
  refused: { monotonic_cst, class_weight: 'a regression has no classes; leave it out.' },
  rules: samplingRules,
})
export type RandomForestRegressorParams = z.output<typeof randomForestRegressorHyperparameters.schema>
