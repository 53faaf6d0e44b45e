import { describeAlgorithm } from '../descriptor.ts'
import { estimate } from './estimate.ts'
import { logisticRegressionHyperparameters } from './hyperparameters.ts'

export const logisticRegression = describeAlgorithm({
  name: 'logistic_regression',
  hyperparameters: logisticRegressionHyperparameters,
  acceptsMissing: false,
  estimate,
  load: async () => (await import('./index.ts')).logisticRegression,
})
