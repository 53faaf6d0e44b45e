import { describeAlgorithm } from '../descriptor.ts'
import { estimate } from './estimate.ts'
import { randomForestHyperparameters } from './hyperparameters.ts'

export const randomForest = describeAlgorithm({
  name: 'random_forest',
  hyperparameters: randomForestHyperparameters,
  acceptsMissing: true,
  estimate,
  load: async () => (await import('./index.ts')).randomForest,
})
