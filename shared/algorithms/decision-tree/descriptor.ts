import { describeAlgorithm } from '../descriptor.ts'
import { estimate } from './estimate.ts'
import { decisionTreeHyperparameters } from './hyperparameters.ts'

export const decisionTree = describeAlgorithm({
  name: 'decision_tree',
  hyperparameters: decisionTreeHyperparameters,
  acceptsMissing: true,
  estimate,
  load: async () => (await import('./index.ts')).decisionTree,
})
