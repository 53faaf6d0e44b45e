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
      // Likely bytes also count the rows' probabilities twice.
      estimate: ({ rows, columns, classCount }) => {
        const bytes = 16 * columns * classCount
        return { bytes, likelyBytes: bytes + 16 * rows * classCount, modelBytes: bytes, seconds: 0 }
      },
      fromDisk: {
        // A column of a feature, and per row a class and a weight, and those of one group of all rows.
        estimate: ({ rows, columns, classCount }) => {
          const modelBytes = 16 * columns * classCount
          return { bytes: modelBytes + 32 * rows, modelBytes, seconds: 0 }
        },
      },
      load: async () => (await import('./index.ts')).naiveBayes,
    }),
  },
}
