import { type AlgorithmDescriptor, describeEstimator } from '../descriptor.ts'
import { estimate } from './estimate.ts'
import { svmHyperparameters, svmRegressorHyperparameters } from './hyperparameters.ts'

export const svm: AlgorithmDescriptor<'svm'> = {
  name: 'svm',
  estimators: {
    classification: describeEstimator({
      algorithm: 'svm',
      task: 'classification',
      hyperparameters: svmHyperparameters,
      acceptsMissing: false,
      acceptsSampleWeights: true,
      estimate,
      load: async () => (await import('./index.ts')).classifier,
    }),
    regression: describeEstimator({
      algorithm: 'svm',
      task: 'regression',
      hyperparameters: svmRegressorHyperparameters,
      acceptsMissing: false,
      acceptsSampleWeights: true,
      estimate,
      load: async () => (await import('./index.ts')).regressor,
    }),
  },
}
