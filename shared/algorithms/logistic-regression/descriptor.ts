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
      noWeights: ({ engine }) =>
        engine === 'builtin'
          ? undefined
          : 'hyperparameters.engine ml-logistic-regression does not take the weights of sample_weight_column: use the engine builtin, or leave the column out.',
      estimate,
      fromDisk: { estimate: estimateFromDisk, suits: ({ engine }) => engine === 'builtin' },
      load: async () => (await import('./index.ts')).logisticRegression,
    }),
  },
  counterpart: 'linear_regression',
}
