import { type AlgorithmDescriptor, describeEstimator } from '../descriptor.ts'
import { estimate, estimateFromDisk } from './estimate.ts'
import { logisticRegressionHyperparameters } from './hyperparameters.ts'

export const logisticRegression: AlgorithmDescriptor<'logistic_regression'> = {
  name: 'logistic_regression',
  estimators: {
    classification: describeEstimator({
      algorithm: 'logistic_regression',
      task: 'classification',
      hyperparameters: logisticRegressionHyperparameters,
      acceptsMissing: false,
      acceptsSampleWeights: true,
      estimate,
      fromDisk: { estimate: estimateFromDisk, suits: ({ engine }) => engine === 'builtin' },
      load: async () => (await import('./index.ts')).logisticRegression,
    }),
  },
  counterpart: 'linear_regression',
}
