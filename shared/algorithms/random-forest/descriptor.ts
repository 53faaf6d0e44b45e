import { type AlgorithmDescriptor, describeEstimator } from '../descriptor.ts'
import { estimate } from '../forest/estimate.ts'
import { randomForestHyperparameters, randomForestRegressorHyperparameters } from './hyperparameters.ts'

export const randomForest: AlgorithmDescriptor<'random_forest'> = {
  name: 'random_forest',
  estimators: {
    classification: describeEstimator({
      algorithm: 'random_forest',
      task: 'classification',
      hyperparameters: randomForestHyperparameters,
      acceptsMissing: true,
      acceptsSampleWeights: true,
      acceptsSample: true,
      estimate: (shape, params, threads) => estimate(shape, { ...params, splitter: 'best' }, threads),
      load: async () => (await import('./index.ts')).classifier,
    }),
    regression: describeEstimator({
      algorithm: 'random_forest',
      task: 'regression',
      hyperparameters: randomForestRegressorHyperparameters,
      acceptsMissing: true,
      acceptsSampleWeights: true,
      acceptsSample: true,
      estimate: (shape, params, threads) => estimate(shape, { ...params, splitter: 'best' }, threads),
      load: async () => (await import('./index.ts')).regressor,
    }),
  },
}
