import { type AlgorithmDescriptor, describeEstimator } from '../descriptor.ts'
import { estimate, estimateFromDisk } from './estimate.ts'
import {
  gradientBoostingHyperparameters,
  gradientBoostingRegressorHyperparameters,
} from './hyperparameters.ts'

export const gradientBoosting: AlgorithmDescriptor<'gradient_boosting'> = {
  name: 'gradient_boosting',
  estimators: {
    classification: describeEstimator({
      algorithm: 'gradient_boosting',
      task: 'classification',
      hyperparameters: gradientBoostingHyperparameters,
      acceptsMissing: true,
      acceptsSampleWeights: true,
      estimate,
      fromDisk: { estimate: estimateFromDisk },
      load: async () => (await import('./index.ts')).classifier,
    }),
    regression: describeEstimator({
      algorithm: 'gradient_boosting',
      task: 'regression',
      hyperparameters: gradientBoostingRegressorHyperparameters,
      acceptsMissing: true,
      acceptsSampleWeights: true,
      estimate,
      fromDisk: { estimate: estimateFromDisk },
      load: async () => (await import('./index.ts')).regressor,
    }),
  },
}
