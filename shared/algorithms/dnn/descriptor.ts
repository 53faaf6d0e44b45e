import { type AlgorithmDescriptor, describeEstimator } from '../descriptor.ts'
import { noWeights } from '../network/hyperparameters.ts'
import { estimate, estimateFromDisk } from './estimate.ts'
import { dnnHyperparameters, dnnRegressorHyperparameters } from './hyperparameters.ts'

export const dnn: AlgorithmDescriptor<'dnn'> = {
  name: 'dnn',
  estimators: {
    classification: describeEstimator({
      algorithm: 'dnn',
      task: 'classification',
      hyperparameters: dnnHyperparameters,
      acceptsMissing: false,
      acceptsSampleWeights: true,
      noWeights,
      estimate,
      fromDisk: { estimate: estimateFromDisk, suits: ({ engine }) => engine === 'builtin' },
      load: async () => (await import('./index.ts')).classifier,
    }),
    regression: describeEstimator({
      algorithm: 'dnn',
      task: 'regression',
      hyperparameters: dnnRegressorHyperparameters,
      acceptsMissing: false,
      acceptsSampleWeights: true,
      estimate,
      fromDisk: { estimate: estimateFromDisk },
      load: async () => (await import('./index.ts')).regressor,
    }),
  },
}
