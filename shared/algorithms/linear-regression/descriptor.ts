import { type AlgorithmDescriptor, describeEstimator } from '../descriptor.ts'
import { estimate, estimateFromDisk } from './estimate.ts'
import { linearRegressionHyperparameters } from './hyperparameters.ts'

export const linearRegression: AlgorithmDescriptor<'linear_regression'> = {
  name: 'linear_regression',
  estimators: {
    regression: describeEstimator({
      algorithm: 'linear_regression',
      task: 'regression',
      hyperparameters: linearRegressionHyperparameters,
      acceptsMissing: false,
      acceptsSampleWeights: true,
      estimate,
      fromDisk: {
        estimate: estimateFromDisk,
        suits: ({ positive }) => !positive,
        acceptsSampleWeights: false,
      },
      load: async () => (await import('./index.ts')).linearRegression,
    }),
  },
  counterpart: 'logistic_regression',
}
