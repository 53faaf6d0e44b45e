import { type AlgorithmDescriptor, describeEstimator } from '../descriptor.ts'
import { naiveBayesHyperparameters } from './hyperparameters.ts'

export const naiveBayes: AlgorithmDescriptor<'naive_bayes'> = {
  name: 'naive_bayes',
  estimators: {
    classification: describeEstimator({
      algorithm: 'naive_bayes',
      task: 'classification',
      hyperparameters: naiveBayesHyperparameters,
      acceptsMissing: false,
      acceptsSampleWeights: true,
      // Likely, the probabilities of the rows as well, twice.
      estimate: ({ rows, columns, classCount }) => {
        const bytes = 16 * columns * classCount
        return { bytes, likelyBytes: bytes + 16 * rows * classCount, modelBytes: bytes, seconds: 0 }
      },
      fromDisk: {
        // A column, its class and weight, and a weight and a class that are alike for all rows.
        estimate: ({ rows, columns, classCount }) => {
          const modelBytes = 16 * columns * classCount
          return { bytes: modelBytes + 32 * rows, modelBytes, seconds: 0 }
        },
      },
      load: async () => (await import('./index.ts')).naiveBayes,
    }),
  },
}
