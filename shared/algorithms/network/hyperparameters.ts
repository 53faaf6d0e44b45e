import type { z } from 'zod'
import { flag, hyperparameters, integer, none, oneOf, or, randomSeed, real } from '../hyperparameters.ts'

/**
 * dnn and cnn take the same, with Keras' names and defaults: learning_rate null is the optimizer's own.
 * momentum belongs to sgd and rmsprop, nesterov to sgd, weight_decay to adamw.
 */
export const networkHyperparameters = () =>
  hyperparameters({
    supported: {
      epochs: integer(1, 1_000_000).default(10),
      batch_size: integer(1, 1_000_000).default(32),
      learning_rate: or(real(0), none()).default(null),
      optimizer: oneOf('adam', 'adamw', 'sgd', 'rmsprop', 'adagrad').default('adam'),
      momentum: real(0, 1, true).optional(),
      nesterov: flag().optional(),
      weight_decay: real(0, Number.POSITIVE_INFINITY, true).optional(),
      random_state: or(randomSeed(), none()).default(42),
      engine: oneOf('builtin', 'tfjs').default('builtin'),
    },
    withoutEffect: ['verbose', 'workers', 'use_multiprocessing'],
    refused: {
      loss: 'it is always sparse categorical cross-entropy.',
      metrics: 'accuracy and loss are always measured.',
      validation_split: 'the worker holds a fifth of the rows back for the test.',
      callbacks: 'a message cannot carry code.',
      class_weight: 'the networks weigh all rows alike; balance the dataset instead.',
      shuffle: 'rows are always reshuffled each epoch.',
    },
  })
export type NetworkParams = z.output<ReturnType<typeof networkHyperparameters>['schema']>
