import { describeAlgorithm } from '../descriptor.ts'
import { estimate } from './estimate.ts'
import { gradientBoostingHyperparameters } from './hyperparameters.ts'

export const gradientBoosting = describeAlgorithm({
  name: 'gradient_boosting',
  hyperparameters: gradientBoostingHyperparameters,
  acceptsMissing: true,
  estimate,
  load: async () => (await import('./index.ts')).gradientBoosting,
})
