/** What is decided of hyperparameters from the message alone. test/functions shows that it comes before the dataset. */
import { describe, expect, test } from 'vitest'
import { tasksOf } from '../../shared/algorithms/descriptor.ts'
import { algorithms, anyEstimatorFor, estimatorFor } from '../../shared/algorithms/index.ts'
import { type AlgorithmName, algorithmNames } from '../../shared/algorithms/names.ts'
import { type Task, tasks } from '../../shared/data/task.ts'
import { JobError } from '../../shared/errors/job-error.ts'
import { brokenRules } from '../support/broken-rules.ts'

const estimators = algorithmNames.flatMap((name) =>
  tasksOf(algorithms[name]).map((task): [AlgorithmName, Task] => [name, task]),
)

describe.each(tasks)('%s', (task) => {
  test.each(brokenRules[task])('%s with %j breaks a rule', (name, given, sentence) => {
    expect(() => anyEstimatorFor(name, task).trainer(given)).toThrow(
      new JobError('bad_hyperparameter', sentence),
    )
  })
})

test.each(estimators)(
  'every rule of %s for a %s is among them, and the defaults break none',
  (name, task) => {
    const { rules, schema } = anyEstimatorFor(name, task).hyperparameters
    const broken = brokenRules[task].filter(([of]) => of === name).map(([, given]) => schema.parse(given))
    for (const { rule, problem } of rules) {
      expect(
        broken.some((params) => problem(params) !== undefined),
        rule,
      ).toBe(true)
      expect(problem(schema.parse({})), rule).toBeUndefined()
    }
  },
)

test.each<[AlgorithmName, Record<string, unknown>, string]>([
  ['linear_regression', { penalty: 'ridge' }, 'penalty'],
  ['linear_regression', { penalty: 'l2', alpha: -1 }, 'alpha'],
  ['linear_regression', { penalty: 'elasticnet', l1_ratio: 1.5 }, 'l1_ratio'],
  ['linear_regression', { fit_intercept: 1 }, 'fit_intercept'],
  ['linear_regression', { max_iter: 0 }, 'max_iter'],
  ['linear_regression', { tol: -1e-3 }, 'tol'],
  ['linear_regression', { positive: 'yes' }, 'positive'],
  ['linear_regression', { solver: 'svd' }, 'solver'],
  ['linear_regression', { selection: 'random' }, 'selection'],
  ['linear_regression', { class_weight: 'balanced' }, 'class_weight'],
  ['linear_regression', { alhpa: 1 }, 'alhpa'],
  ['decision_tree', { monotonic_cst: { x: 2 } }, 'monotonic_cst'],
  ['random_forest', { monotonic_cst: [1] }, 'monotonic_cst'],
  ['extra_trees', { monotonic_cst: 'x' }, 'monotonic_cst'],
  ['svm', { epsilon: -0.1 }, 'epsilon'],
  ['svm', { epsilon: '0.1' }, 'epsilon'],
  ['svm', { C: 0 }, 'C'],
  ['svm', { kernel: 'precomputed' }, 'kernel'],
  ['svm', { probability: true }, 'probability'],
  ['svm', { calibration: 'sigmoid' }, 'calibration'],
  ['svm', { class_weight: 'balanced' }, 'class_weight'],
  ['svm', { decision_function_shape: 'ovo' }, 'decision_function_shape'],
  ['svm', { break_ties: true }, 'break_ties'],
  ['k_neighbors', { n_neighbors: 0 }, 'n_neighbors'],
  ['k_neighbors', { n_neighbors: 2.5 }, 'n_neighbors'],
  ['k_neighbors', { weights: 'gaussian' }, 'weights'],
  ['k_neighbors', { algorithm: 'ball_tree' }, 'algorithm'],
  ['k_neighbors', { leaf_size: 0 }, 'leaf_size'],
  ['k_neighbors', { metric: 'cosine' }, 'metric'],
  ['k_neighbors', { p: 0 }, 'p'],
  ['k_neighbors', { metric_params: { w: [1, 2] } }, 'metric_params'],
  ['k_neighbors', { class_weight: 'balanced' }, 'class_weight'],
  ['k_neighbors', { n_neighbours: 3 }, 'n_neighbours'],
  ['dnn', { loss: 'huber' }, 'loss'],
  ['cnn', { loss: 7 }, 'loss'],
  ['dnn', { class_weight: 'balanced' }, 'class_weight'],
  ['dnn', { metrics: ['mae'] }, 'metrics'],
  ['dnn', { engine: 'tfjs' }, 'engine'],
  ['cnn', { early_stopping: { monitor: 'accuracy' } }, 'early_stopping.monitor'],
  ['dnn', { learning_rate: { schedule: 'reduce_on_plateau', monitor: 'accuracy' } }, 'learning_rate'],
])('a regression by %s with %j is refused in a sentence that names the field', (name, given, field) => {
  const named = new RegExp(`^hyperparameters\\.${field} .*(: use |leave it out\\.$)`)
  expect(() => estimatorFor(name, 'regression').trainer(given)).toThrow(named)
})

test.each<[AlgorithmName, Record<string, unknown>, string]>([
  ['svm', { calibration: 'platt' }, 'calibration'],
  ['naive_bayes', { var_smoothing: -1 }, 'var_smoothing'],
  ['naive_bayes', { priors: 'equal' }, 'priors'],
  ['naive_bayes', { priors: [1] }, 'priors'],
  ['naive_bayes', { class_weight: 'balanced' }, 'class_weight'],
])('a classification by %s with %j is refused in a sentence that names the field', (name, given, field) => {
  const named = new RegExp(`^hyperparameters\\.${field}`)
  expect(() => estimatorFor(name, 'classification').trainer(given)).toThrow(named)
})

test.each<[AlgorithmName, Record<string, unknown>]>([
  ['random_forest', { oob_score: true, max_samples: 0.5 }],
  ['logistic_regression', { penalty: 'l1', solver: 'saga' }],
  ['logistic_regression', { penalty: 'l1', solver: 'liblinear' }],
  ['logistic_regression', { penalty: 'l2', solver: 'liblinear', dual: true }],
  ['logistic_regression', { l1_ratio: 0.5, solver: 'saga' }],
  ['logistic_regression', { penalty: 'l2', l1_ratio: 0.5 }],
  ['logistic_regression', { penalty: null }],
  ['logistic_regression', { engine: 'ml-logistic-regression', numSteps: 5, random_state: 7 }],
  ['svm', { break_ties: true }],
  ['dnn', { optimizer: 'sgd', momentum: 0.9, nesterov: true }],
  ['dnn', { optimizer: 'rmsprop', momentum: 0.9 }],
  ['dnn', { optimizer: 'adamw', weight_decay: 0 }],
  ['cnn', { engine: 'tfjs', optimizer: 'adagrad' }],
  ['dnn', { hidden_layers: [], early_stopping: { monitor: 'loss', patience: 3 } }],
  ['cnn', { validation_split: 0.1, early_stopping: { restore_best_weights: true } }],
  ['dnn', { learning_rate: { schedule: 'cosine', initial_learning_rate: 0.1, decay_steps: 50 } }],
])('%s with %j keeps the rules', (name, given) => {
  expect(estimatorFor(name, 'classification').trainer(given).hyperparameters).toMatchObject(given)
})

test.each(['mean_absolute_error', 'MAE', 'mae'])(
  'the loss of a regression by dnn may be written %s',
  (loss) => {
    expect(estimatorFor('dnn', 'regression').trainer({ loss }).hyperparameters).toMatchObject({ loss: 'mae' })
  },
)

test('numbers of dnn and cnn may come as strings, and the optimizer in any case', () => {
  const given = {
    epochs: '5',
    learning_rate: ' 0.01 ',
    batch_size: '16',
    optimizer: 'RMSprop',
    momentum: '0.9',
  }
  expect(estimatorFor('dnn', 'classification').trainer(given).hyperparameters).toMatchObject({
    epochs: 5,
    learning_rate: 0.01,
    batch_size: 16,
    optimizer: 'rmsprop',
    momentum: 0.9,
  })
})

test.each<[Record<string, unknown>, RegExp]>([
  [{ epochs: 'many' }, /^hyperparameters\.epochs is "many", which is not allowed: use a whole number/],
  [{ batch_size: '' }, /^hyperparameters\.batch_size is ""/],
  [{ hidden_layers: [0] }, /^hyperparameters\.hidden_layers/],
  [{ dropout: 1 }, /^hyperparameters\.dropout is 1/],
  [{ activation: 'swish' }, /^hyperparameters\.activation is "swish".* use one of relu/],
  [{ l2: -1 }, /^hyperparameters\.l2 is -1/],
  [{ validation_split: 1 }, /^hyperparameters\.validation_split is 1/],
  [{ early_stopping: { patients: 3 } }, /^hyperparameters\.early_stopping/],
  [{ learning_rate: { schedule: 'step' } }, /^hyperparameters\.learning_rate/],
  [{ class_weight: 'even' }, /^hyperparameters\.class_weight/],
])('dnn with %j is refused in a sentence that names the field', (given, sentence) => {
  expect(() => estimatorFor('dnn', 'classification').trainer(given)).toThrow(sentence)
})

describe('names', () => {
  test.each<[AlgorithmName, Record<string, unknown>, RegExp]>([
    [
      'svm',
      { gama: 1 },
      /^hyperparameters\.gama is not a hyperparameter of svm \(did you mean "gamma"\?\): use C, /,
    ],
    [
      'svm',
      { epsilon: 0.2 },
      /^hyperparameters\.epsilon is not supported for svm: it belongs to a regression; leave it out, or send "task"/,
    ],
    ['dnn', { loss: 'mse' }, /^hyperparameters\.loss is not supported for dnn: it is always sparse/],
    [
      'decision_tree',
      { max_depth: 0 },
      /^hyperparameters\.max_depth is 0, which is not allowed: use a whole/,
    ],
    ['decision_tree', JSON.parse('{"__proto__": 1}'), /^hyperparameters\.__proto__ is not a hyperparameter/],
  ])('%s with %j is refused', (name, given, sentence) => {
    expect(() => estimatorFor(name, 'classification').trainer(given)).toThrow(sentence)
  })

  test('that have no effect are dropped', () => {
    expect(
      estimatorFor('svm', 'classification').trainer({ cache_size: 1 }).hyperparameters,
    ).not.toHaveProperty('cache_size')
  })
})

test('every algorithm is listed under its own name', () => {
  expect(Object.keys(algorithms)).toEqual(algorithmNames)
  for (const [name, descriptor] of Object.entries(algorithms)) expect(descriptor.name).toBe(name)
})
