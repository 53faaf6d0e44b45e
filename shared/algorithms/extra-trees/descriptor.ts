import { type AlgorithmDescriptor, describeEstimator } from '../descriptor.ts'
import { estimate } from '../forest/estimate.ts'
import { extraTreesHyperparameters, extraTreesRegressorHyperparameters } from './hyperparameters.ts'

export const extraTrees: AlgorithmDescriptor<'extra_trees'> = {
  name: 'extra_trees',
  estimators: {
    classification: describeEstimator({
      algorithm: 'extra_trees',
      task: 'classification',
      hyperparameters: extraTreesHyperparameters,
      acceptsMissing: true,
      acceptsSampleWeights: true,
      acceptsSample: true,
      estimate: (shape, params, threads) => estimate(shape, { ...params, splitter: 'random' }, threads),
      load: async () => (await import('./index.ts')).classifier,
    }),
    regression: describeEstimator({
      algorithm: 'extra_trees',
      task: 'regression',
      hyperparameters: extraTreesRegressorHyperparameters,
      acceptsMissing: true,
      acceptsSampleWeights: true,
      acceptsSample: true,
      estimate: (shape, params, threads) => estimate(shape, { ...params, splitter: 'random' }, threads),
      load: async () => (await import('./index.ts')).regressor,
    }),
  },
}
