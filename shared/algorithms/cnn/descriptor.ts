import { type AlgorithmDescriptor, describeEstimator } from '../descriptor.ts'
import { noWeights } from '../network/hyperparameters.ts'
import { estimate, estimateFromDisk } from './estimate.ts'
import { cnnHyperparameters, cnnRegressorHyperparameters } from './hyperparameters.ts'

export const cnn: AlgorithmDescriptor<'cnn'> = {
  name: 'cnn',
  estimators: {
    classification: describeEstimator({
      algorithm: 'cnn',
      task: 'classification',
      hyperparameters: cnnHyperparameters,
      acceptsMissing: false,
      acceptsSampleWeights: true,
      noWeights,
      estimate,
      fromDisk: { estimate: estimateFromDisk, suits: ({ engine }) => engine === 'builtin' },
      load: async () => (await import('./index.ts')).classifier,
    }),
    regression: describeEstimator({
      algorithm: 'cnn',
      task: 'regression',
      hyperparameters: cnnRegressorHyperparameters,
      acceptsMissing: false,
      acceptsSampleWeights: true,
      estimate,
      fromDisk: { estimate: estimateFromDisk },
      load: async () => (await import('./index.ts')).regressor,
    }),
  },
}
