import { type AlgorithmDescriptor, describeEstimator } from '../descriptor.ts'
import { estimate } from './estimate.ts'
import { randomForestHyperparameters } from './hyperparameters.ts'

export const randomForest: AlgorithmDescriptor<'random_forest'> = {
  name: 'random_forest',
  estimators: {
    classification: describeEstimator({
      algorithm: 'random_forest',
      task: 'classification',
      hyperparameters: randomForestHyperparameters,
      acceptsMissing: true,
      estimate,
      load: async () => (await import('./index.ts')).randomForest,
    }),
  },
}
