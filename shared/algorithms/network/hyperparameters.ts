import type { z } from 'zod'
import {
  flag,
  type HyperparameterRule,
  hyperparameters,
  integer,
  none,
  oneOf,
  or,
  randomSeed,
  real,
} from '../hyperparameters.ts'

/**
 * dnn and cnn have the same, with Keras' names and defaults: learning_rate null is the optimizer's own.
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
    rules: [
      belongsTo('momentum', ['sgd', 'rmsprop']),
      belongsTo('nesterov', ['sgd']),
      belongsTo('weight_decay', ['adamw']),
      {
        rule: '`engine` "tfjs" has the optimizers adam, sgd, rmsprop and adagrad.',
        problem: ({ engine, optimizer }) =>
          engine === 'tfjs' && optimizer === 'adamw'
            ? 'hyperparameters.optimizer "adamw" is not available with engine "tfjs": use adam, sgd, rmsprop or adagrad.'
            : undefined,
      },
    ],
  })

type OptimizerFields = {
  readonly optimizer: string
  readonly momentum?: number
  readonly nesterov?: boolean
  readonly weight_decay?: number
}

/** The rule that only some optimizers have a field. */
function belongsTo(
  field: 'momentum' | 'nesterov' | 'weight_decay',
  optimizers: readonly string[],
): HyperparameterRule<OptimizerFields> {
  const owners = optimizers.join(' or ')
  return {
    rule: `\`${field}\` belongs to the optimizer ${owners}.`,
    problem: (params) =>
      params[field] !== undefined && !optimizers.includes(params.optimizer)
        ? `hyperparameters.${field} does not belong to the optimizer ${params.optimizer}: use ${owners}, or leave it out.`
        : undefined,
  }
}

export type NetworkParams = z.output<ReturnType<typeof networkHyperparameters>['schema']>
