import { describeAlgorithm } from '../descriptor.ts'
import { estimate } from './estimate.ts'
import { dnnHyperparameters } from './hyperparameters.ts'

export const dnn = describeAlgorithm({
  name: 'dnn',
  hyperparameters: dnnHyperparameters,
  acceptsMissing: false,
  estimate,
  load: async () => (await import('./index.ts')).dnn,
})
