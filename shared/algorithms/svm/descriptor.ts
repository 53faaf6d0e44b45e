import { describeAlgorithm } from '../descriptor.ts'
import { estimate } from './estimate.ts'
import { svmHyperparameters } from './hyperparameters.ts'

export const svm = describeAlgorithm({
  name: 'svm',
  hyperparameters: svmHyperparameters,
  acceptsMissing: false,
  estimate,
  load: async () => (await import('./index.ts')).svm,
})
