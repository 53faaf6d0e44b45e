import { type AlgorithmDescriptor, describeEstimator } from '../descriptor.ts'
import { estimate } from './estimate.ts'
import { kNeighborsHyperparameters, kNeighborsRegressorHyperparameters } from './hyperparameters.ts'

export const kNeighbors: AlgorithmDescriptor<'k_neighbors'> = {
  name: 'k_neighbors',
  estimators: {
    classification: describeEstimator({
      algorithm: 'k_neighbors',
      task: 'classification',
      hyperparameters: kNeighborsHyperparameters,
      acceptsMissing: false,
      acceptsSampleWeights: false,
      estimate,
      load: async () => (await import('./index.ts')).classifier,
    }),
    regression: describeEstimator({
      algorithm: 'k_neighbors',
      task: 'regression',
      hyperparameters: kNeighborsRegressorHyperparameters,
      acceptsMissing: false,
      acceptsSampleWeights: false,
      estimate,
      load: async () => (await import('./index.ts')).regressor,
    }),
  },
}
