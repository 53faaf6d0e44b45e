import { describeAlgorithm } from '../descriptor.ts'
import { estimate } from './estimate.ts'
import { cnnHyperparameters } from './hyperparameters.ts'

export const cnn = describeAlgorithm({
  name: 'cnn',
  hyperparameters: cnnHyperparameters,
  acceptsMissing: false,
  estimate,
  load: async () => (await import('./index.ts')).cnn,
})
