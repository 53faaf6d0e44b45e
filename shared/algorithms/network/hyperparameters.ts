import { z } from 'zod'
import {
  classWeight,
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
import { type LearningRate, learningRate, type Monitor, plateauOf } from './learning-rate.ts'
import { optimizerNames } from './optimizer.ts'
import { earlyStopping } from './watch.ts'

/** Of both tasks, with Keras' names and defaults. @param monitors the figures that an epoch has */
const supported = (monitors?: readonly Monitor[]) => ({
  epochs: integer(1, 1_000_000).default(10),
  batch_size: integer(1, 1_000_000).default(32),
  learning_rate: learningRate(monitors).default(null),
  optimizer: oneOf(...optimizerNames).default('adam'),
  momentum: real(0, 1, true).optional(),
  nesterov: flag().optional(),
  weight_decay: real(0, Number.POSITIVE_INFINITY, true).optional(),
  hidden_layers: z
    .array(z.int().min(1).max(4096))
    .max(20)
    .describe('a list of at most 20 whole numbers from 1 to 4096, the units of the dense hidden layers')
    .optional(),
  activation: oneOf('relu', 'tanh', 'sigmoid', 'elu', 'selu', 'leaky_relu', 'linear').default('relu'),
  dropout: real(0, 0.99, true).default(0),
  l2: real(0, Number.POSITIVE_INFINITY, true).default(0),
  validation_split: real(0, 0.99, true).default(0),
  early_stopping: earlyStopping(monitors).optional(),
  random_state: or(randomSeed(), none()).default(42),
})

const withoutEffect = ['verbose', 'workers', 'use_multiprocessing']

const refused = {
  callbacks: 'a message cannot carry code; use early_stopping, or a learning_rate with a schedule.',
  shuffle: 'rows are always reshuffled each epoch.',
}

/**
 * dnn and cnn have the same: learning_rate null is the optimizer's own; hidden_layers left out are the original worker's.
 */
export const networkHyperparameters = () =>
  hyperparameters({
    supported: {
      ...supported(),
      class_weight: classWeight().default(null),
      engine: oneOf('builtin', 'tfjs').default('builtin'),
    },
    withoutEffect,
    refused: {
      loss: 'it is always sparse categorical cross-entropy; leave it out, or send "task": "regression" to predict numbers.',
      metrics: 'accuracy and loss are always measured.',
      ...refused,
    },
    rules: [
      ...rules,
      {
        rule: '`engine` "tfjs" has the optimizers adam, sgd, rmsprop and adagrad.',
        problem: ({ engine, optimizer }) =>
          engine === 'tfjs' && !tfjsOptimizers.includes(optimizer)
            ? `hyperparameters.optimizer "${optimizer}" is not available with engine "tfjs": use adam, sgd, rmsprop or adagrad.`
            : undefined,
      },
      {
        rule: '`engine` "tfjs" has none of `hidden_layers`, `activation`, `dropout`, `l2`, `class_weight`, `validation_split`, `early_stopping` and schedules of `learning_rate`.',
        problem: builtinOnly,
      },
    ],
    rewrite,
  })

/** The same of a regression, whose epochs have no accuracy. */
export const networkRegressorHyperparameters = () =>
  hyperparameters({
    supported: {
      ...supported(['loss', 'val_loss']),
      loss: oneOf('mse', 'mae').default('mse'),
      engine: oneOf('builtin').default('builtin'),
    },
    withoutEffect,
    refused: {
      metrics: 'the loss of each epoch and the metrics of a regression are always measured; leave it out.',
      class_weight: 'a regression has no classes; leave it out.',
      ...refused,
    },
    rules,
    rewrite,
  })

/** The fields that hold one number, or may. */
const numeric: readonly string[] = [
  'epochs',
  'batch_size',
  'learning_rate',
  'momentum',
  'weight_decay',
  'dropout',
  'l2',
  'validation_split',
  'random_state',
]

/** As in the original worker, a number may come as a string ("0.01"), and the optimizer in any case ("Adam"). */
function rewrite(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (name === 'loss') return lossNames[value.toLowerCase()] ?? value
  if (name === 'optimizer') return value.toLowerCase()
  const number = value.trim() === '' ? Number.NaN : Number(value)
  return numeric.includes(name) && Number.isFinite(number) ? number : value
}

/** Keras' names of a loss. */
const lossNames: Readonly<Record<string, string>> = {
  mse: 'mse',
  mae: 'mae',
  mean_squared_error: 'mse',
  mean_absolute_error: 'mae',
}

const tfjsOptimizers: readonly string[] = ['adam', 'sgd', 'rmsprop', 'adagrad']

type MonitorFields = {
  readonly validation_split: number
  readonly early_stopping?: { readonly monitor: string }
  readonly learning_rate: LearningRate
}

function monitorWithoutSplit(params: MonitorFields): string | undefined {
  const { validation_split, early_stopping, learning_rate } = params
  if (validation_split > 0) return undefined
  const watched = {
    early_stopping: early_stopping?.monitor,
    learning_rate: plateauOf(learning_rate)?.monitor,
  }
  for (const [field, monitor] of Object.entries(watched)) {
    if (!monitor?.startsWith('val_')) continue
    return `hyperparameters.${field} watches ${monitor}, which needs rows that are held back from training: give validation_split, such as 0.1, or use the monitor ${monitor.slice(4)}.`
  }
  return undefined
}

type BuiltinFields = MonitorFields & {
  readonly engine: string
  readonly hidden_layers?: readonly number[]
  readonly activation: string
  readonly dropout: number
  readonly l2: number
  readonly class_weight: unknown
}

function builtinOnly(params: BuiltinFields): string | undefined {
  if (params.engine !== 'tfjs') return undefined
  const given = {
    hidden_layers: params.hidden_layers !== undefined,
    activation: params.activation !== 'relu',
    dropout: params.dropout > 0,
    l2: params.l2 > 0,
    class_weight: params.class_weight !== null,
    validation_split: params.validation_split > 0,
    early_stopping: params.early_stopping !== undefined,
    learning_rate: typeof params.learning_rate === 'object' && params.learning_rate !== null,
  }
  for (const [field, isGiven] of Object.entries(given)) {
    if (!isGiven) continue
    const what = field === 'learning_rate' ? 'with a schedule is' : 'is'
    return `hyperparameters.${field} ${what} not available with engine "tfjs": leave it out, or use the engine builtin.`
  }
  return undefined
}

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

/** Of both tasks. */
const rules: readonly HyperparameterRule<OptimizerFields & MonitorFields>[] = [
  belongsTo('momentum', ['sgd', 'rmsprop']),
  belongsTo('nesterov', ['sgd']),
  belongsTo('weight_decay', ['adamw']),
  {
    rule: 'A figure of `early_stopping` or `learning_rate` that begins with val_ needs `validation_split`: the test rows must not choose the model.',
    problem: monitorWithoutSplit,
  },
]

export type NetworkParams = z.output<ReturnType<typeof networkHyperparameters>['schema']>
export type NetworkRegressorParams = z.output<ReturnType<typeof networkRegressorHyperparameters>['schema']>
/** What both tasks have. */
export type TrainingParams = Omit<NetworkParams, 'class_weight' | 'engine'>

/** Why rows cannot have weights: TensorFlow.js' trainOnBatch has none. */
export function noWeights({ engine }: { readonly engine: string }): string | undefined {
  if (engine !== 'tfjs') return undefined
  return 'hyperparameters.engine "tfjs" does not take the weights of sample_weight_column: leave one of the two out, or use the engine builtin.'
}
