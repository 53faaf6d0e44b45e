import { type AlgorithmDescriptor, describeEstimator } from '../descriptor.ts'
import { estimate } from './estimate.ts'
import { decisionTreeHyperparameters, decisionTreeRegressorHyperparameters } from './hyperparameters.ts'

export const decisionTree: AlgorithmDescriptor<'decision_tree'> = {
  name: 'decision_tree',
  estimators: {
    classification: describeEstimator({
      algorithm: 'decision_tree',
      task: 'classification',
      hyperparameters: decisionTreeHyperparameters,
      acceptsMissing: true,
      acceptsSampleWeights: true,
      acceptsSample: true,
      estimate,
      load: async () => (await import('./index.ts')).classifier,
    }),
    regression: describeEstimator({
      algorithm: 'decision_tree',
      task: 'regression',
      hyperparameters: decisionTreeRegressorHyperparameters,
      acceptsMissing: true,
      acceptsSampleWeights: true,
      acceptsSample: true,
      estimate,
      load: async () => (await import('./index.ts')).regressor,
    }),
  },
}
