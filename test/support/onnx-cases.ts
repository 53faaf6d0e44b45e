/** Trained models, what they predict for raw rows, and the same rows as ONNX inputs: for each dataset, algorithm and task. */
import type { Prediction } from '../../shared/algorithms/algorithm.ts'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import { writeOnnx } from '../../shared/artifact/onnx/write-onnx.ts'
import { signature } from '../../shared/artifact/signature.ts'
import { applyPreparation } from '../../shared/data/apply-preparation.ts'
import type { Encoding } from '../../shared/data/fit-features.ts'
import { hasClasses, type Preparation } from '../../shared/data/preparation.ts'
import type { Table } from '../../shared/data/table.ts'
import { type Task, tasks } from '../../shared/data/task.ts'
import { fitTable, type Wanted } from './fit-table.ts'
import { rawTableOf, type TableName, tableOf } from './onnx-tables.ts'
import { paritySets } from './parity-set.ts'

export type Case = Wanted & {
  readonly name: string
  readonly data: TableName
  /** How far scores may be from ours; of numbers, relative to the largest. */
  readonly bound: number
  /** Whether the rows count differently. */
  readonly weighted?: boolean
}

type Variant = [TableName, AlgorithmName, Record<string, unknown>]

const flat = ['random_forest', 'decision_tree', 'logistic_regression', 'svm', 'dnn'] as const

const classifiers: Variant[] = [
  ...paritySets.flatMap((data) => flat.map((algorithm): Variant => [data, algorithm, {}])),
  ['digits', 'cnn', { epochs: 3 }],
  ...(['gaps', 'one-hot gaps', 'target-encoded gaps', 'truth'] as const).flatMap((data) =>
    flat.map((algorithm): Variant => [data, algorithm, {}]),
  ),
  ['gaps', 'cnn', { epochs: 2 }],
  ['one-hot gaps', 'decision_tree', { max_leaf_nodes: 6 }],
  ...(['linear', 'poly', 'rbf', 'sigmoid'] as const).flatMap((kernel): Variant[] => [
    ['wine', 'svm', { kernel, probability: true }],
    ['breast_cancer', 'svm', { kernel, probability: true }],
    ['mixed', 'svm', { kernel, break_ties: true, decision_function_shape: 'ovr' }],
  ]),
  ['digits', 'svm', { probability: true, class_weight: 'balanced' }],
  ...(['sigmoid', 'isotonic'] as const).flatMap((calibration): Variant[] => [
    ['wine', 'svm', { calibration }],
    ['breast_cancer', 'svm', { calibration, kernel: 'linear' }],
    ['mixed', 'svm', { calibration, class_weight: 'balanced' }],
  ]),
  ['digits', 'random_forest', { n_estimators: 10, max_depth: 3 }],
  ['mixed', 'random_forest', { class_weight: 'balanced', criterion: 'entropy' }],
  ['gaps', 'decision_tree', { max_depth: 4, class_weight: 'balanced' }],
  ['wine', 'decision_tree', { max_leaf_nodes: 2 }],
  ['mixed', 'logistic_regression', { C: 0.01, class_weight: 'balanced' }],
  ['wine', 'logistic_regression', { engine: 'ml-logistic-regression', numSteps: 1000, learningRate: 5e-3 }],
  ['breast_cancer', 'dnn', { epochs: 2 }],
  ...(['tanh', 'sigmoid', 'elu', 'selu', 'leaky_relu', 'linear'] as const).map(
    (activation): Variant => [
      'mixed',
      'dnn',
      { activation, hidden_layers: [20, 7], dropout: 0.2, epochs: 2 },
    ],
  ),
  ['wine', 'dnn', { hidden_layers: [] }],
  ['digits', 'cnn', { epochs: 1, activation: 'tanh', hidden_layers: [30, 10] }],
  ['mixed', 'dnn', { epochs: 2, engine: 'tfjs' }],
  ['digits', 'cnn', { epochs: 1, engine: 'tfjs' }],
  ...(['odd names', 'many columns'] as const).flatMap((data) =>
    flat.map((algorithm): Variant => [data, algorithm, {}]),
  ),
  ...([...paritySets, 'gaps', 'truth', 'odd names', 'many columns'] as const).map(
    (data): Variant => [data, 'gradient_boosting', { max_iter: 20, min_samples_leaf: 5 }],
  ),
  ...(['mixed', 'gaps', 'odd names'] as const).map(
    (data): Variant => [
      data,
      'gradient_boosting',
      { max_iter: 10, min_samples_leaf: 3, categorical_features: 'text' },
    ],
  ),
  ['many classes', 'gradient_boosting', { max_iter: 2 }],
  ['many classes', 'decision_tree', {}],
  ['many classes', 'random_forest', { n_estimators: 3 }],
  ...([...paritySets, 'gaps', 'truth', 'odd names'] as const).map(
    (data): Variant => [data, 'extra_trees', { n_estimators: 20 }],
  ),
  ...([...paritySets, 'gaps', 'truth', 'odd names', 'many classes'] as const).map(
    (data): Variant => [data, 'k_neighbors', {}],
  ),
  ...(
    [...paritySets, 'gaps', 'one-hot gaps', 'truth', 'odd names', 'many columns', 'many classes'] as const
  ).map((data): Variant => [data, 'naive_bayes', {}]),
  ['wine', 'naive_bayes', { var_smoothing: 0.1, priors: [0.5, 0.25, 0.25] }],
  ['iris', 'k_neighbors', { n_neighbors: 9, weights: 'distance', algorithm: 'brute' }],
  ['mixed', 'k_neighbors', { metric: 'manhattan', weights: 'distance' }],
  ['gaps', 'k_neighbors', { metric: 'chebyshev', n_neighbors: 3 }],
  ['wine', 'k_neighbors', { p: 3, weights: 'distance' }],
  ['many classes', 'logistic_regression', { max_iter: 5 }],
  ['many classes', 'dnn', { epochs: 1 }],
  ...(['one-hot gaps', 'target-encoded gaps'] as const).flatMap((data): Variant[] => [
    [data, 'extra_trees', { n_estimators: 10 }],
    [data, 'gradient_boosting', { max_iter: 10 }],
    [data, 'k_neighbors', {}],
  ]),
  ['target-encoded gaps', 'naive_bayes', {}],
  ['breast_cancer', 'decision_tree', { monotonic_cst: { 'mean radius': -1, 'mean texture': 1 } }],
  ...(['random_forest', 'extra_trees'] as const).map(
    (algorithm): Variant => [
      'breast_cancer',
      algorithm,
      { n_estimators: 10, monotonic_cst: { 'mean radius': -1 } },
    ],
  ),
  ['breast_cancer', 'gradient_boosting', { max_iter: 10, monotonic_cst: { 'mean radius': -1 } }],
  ['gaps', 'gradient_boosting', { max_iter: 10, interaction_cst: 'pairwise' }],
  ['gaps', 'logistic_regression', { penalty: 'l1', solver: 'saga' }],
]

/** Tables whose target can be taken for numbers. */
const numbered = [
  'wine',
  'breast_cancer',
  'digits',
  'gaps',
  'one-hot gaps',
  'target-encoded gaps',
  'truth',
  'odd names',
  'many columns',
] as const
const onEach = (algorithm: AlgorithmName, given: Record<string, unknown>): Variant[] =>
  numbered.map((data) => [data, algorithm, given])

const regressors: Variant[] = [
  ...onEach('linear_regression', {}),
  ...onEach('svm', {}),
  ...onEach('decision_tree', { max_depth: 6 }),
  ...onEach('gradient_boosting', { max_iter: 20, min_samples_leaf: 5 }),
  ...(['linear', 'poly', 'rbf', 'sigmoid'] as const).map(
    (kernel): Variant => ['gaps', 'svm', { kernel, epsilon: 20, C: 10 }],
  ),
  ['truth', 'svm', { epsilon: 1 }],
  ...onEach('dnn', { epochs: 3 }),
  ['gaps', 'dnn', { epochs: 2, hidden_layers: [9], activation: 'tanh', loss: 'mae' }],
  ['wine', 'dnn', { epochs: 2, hidden_layers: [] }],
  ['digits', 'cnn', { epochs: 2 }],
  ['gaps', 'cnn', { epochs: 2, loss: 'mae' }],
  ['gaps', 'linear_regression', { penalty: 'l2', alpha: 30 }],
  ['gaps', 'linear_regression', { penalty: 'l1', alpha: 3 }],
  ['odd names', 'linear_regression', { penalty: 'elasticnet', alpha: 0.01, fit_intercept: false }],
  ['gaps', 'decision_tree', { criterion: 'friedman_mse', max_leaf_nodes: 9 }],
  ['gaps', 'gradient_boosting', { max_iter: 10, categorical_features: 'text' }],
  ['gaps', 'gradient_boosting', { max_iter: 10, loss: 'poisson' }],
  ['gaps', 'gradient_boosting', { max_iter: 10, loss: 'gamma' }],
  ['gaps', 'gradient_boosting', { max_iter: 10, loss: 'quantile', quantile: 0.8 }],
  ...onEach('random_forest', { n_estimators: 20 }),
  ...onEach('extra_trees', { n_estimators: 20 }),
  ...onEach('k_neighbors', {}),
  ['wine', 'k_neighbors', { weights: 'distance', p: 1 }],
  ['odd names', 'k_neighbors', { weights: 'distance', metric: 'chebyshev', algorithm: 'brute' }],
  ['gaps', 'k_neighbors', { p: 1.5, weights: 'distance' }],
  ['gaps', 'cnn', { epochs: 1, activation: 'tanh', hidden_layers: [9] }],
  ['gaps', 'decision_tree', { max_depth: 5, monotonic_cst: { 'x 0': 1 } }],
  ['gaps', 'random_forest', { n_estimators: 10, monotonic_cst: { 'x 0': 1 } }],
  ['gaps', 'extra_trees', { n_estimators: 10, monotonic_cst: { 'x 0': 1 } }],
  ['gaps', 'gradient_boosting', { max_iter: 10, monotonic_cst: { 'x 0': 1 }, interaction_cst: 'pairwise' }],
]

/** Of each algorithm that can weigh rows. */
const weighed: Record<Task, Variant[]> = {
  classification: [
    ['gaps', 'decision_tree', { max_depth: 5 }],
    ['gaps', 'random_forest', { n_estimators: 10 }],
    ['gaps', 'extra_trees', { n_estimators: 10 }],
    ['gaps', 'gradient_boosting', { max_iter: 10 }],
    ['gaps', 'logistic_regression', {}],
    ['gaps', 'svm', { calibration: 'sigmoid' }],
    ['gaps', 'naive_bayes', {}],
    ['gaps', 'dnn', { epochs: 2 }],
    ['gaps', 'cnn', { epochs: 2 }],
  ],
  regression: [
    ['gaps', 'decision_tree', { max_depth: 5 }],
    ['gaps', 'random_forest', { n_estimators: 10 }],
    ['gaps', 'extra_trees', { n_estimators: 10 }],
    ['gaps', 'gradient_boosting', { max_iter: 10, loss: 'absolute_error' }],
    ['gaps', 'linear_regression', {}],
    ['gaps', 'svm', {}],
    ['gaps', 'dnn', { epochs: 2 }],
    ['gaps', 'cnn', { epochs: 2 }],
  ],
}

const named =
  (task: Task, bound: number) =>
  ([data, algorithm, hyperparameters]: Variant): Case => {
    const given = Object.entries(hyperparameters).map(([key, value]) => `${key}=${value}`)
    const words = task === 'regression' ? [data, algorithm, 'numbers'] : [data, algorithm]
    return { name: [...words, ...given].join(' '), algorithm, data, hyperparameters, task, bound }
  }

export const cases: Case[] = [
  ...classifiers.map(named('classification', 1e-4)),
  ...regressors.map(named('regression', 1e-5)),
  ...tasks.flatMap((task) =>
    weighed[task]
      .map(named(task, task === 'regression' ? 1e-5 : 1e-4))
      .map((each) => ({ ...each, name: `${each.name} weighed`, weighted: true })),
  ),
]

export type Column = {
  name: string
  type: 'float' | 'double' | 'string'
  values: number[] | string[]
}

const encodingOfTable: Partial<Record<TableName, Encoding>> = {
  'one-hot gaps': 'one_hot',
  'target-encoded gaps': 'target',
}

/** How a case encodes texts. */
export function encodingOf({ data, hyperparameters }: Case): Encoding {
  if (hyperparameters.categorical_features === 'text') return 'native'
  return encodingOfTable[data] ?? 'label'
}

/** Trains a case and predicts raw rows with it. */
export async function solve(each: Case) {
  const { data, weighted, ...wanted } = each
  const table = await tableOf(data, wanted.task)
  const raw = await rawTableOf(data, wanted.task)
  return solveTable(wanted, table, raw, encodingOf(each), weighted)
}

/** Trains on a table and predicts the rows of another with its columns. */
export async function solveTable(
  wanted: Wanted,
  table: Table,
  raw: Table,
  encoding: Encoding = 'label',
  weighted = false,
) {
  const { prepared, model } = await fitTable(table, wanted, { encoding, weighted })
  const { preparation } = prepared
  const { algorithm } = wanted
  const { target } = preparation
  return {
    onnx: Buffer.concat(
      writeOnnx(
        { algorithm, model: model.model, preparation },
        { job_id: 'a-job', version: 'v1', signature: '{}' },
      ),
    ),
    columns: onnxInputs(raw, preparation),
    rows: raw.rows,
    ...answersOf(model.predict(applyPreparation(preparation, raw)), hasClasses(target) ? target.classes : []),
  }
}

/** What the outputs of `model.onnx` are to be: of a classifier labels and scores, of a regressor numbers. */
function answersOf(prediction: Prediction<Task>, classes: readonly (string | number)[]) {
  if ('values' in prediction) return { labels: undefined, scores: prediction.values }
  return {
    labels: Array.from(prediction.classes, (k) => classes[k]),
    scores: prediction.probabilities ?? prediction.decision ?? new Float64Array(),
  }
}

/** The table's features as ONNX inputs. */
function onnxInputs(table: Table, preparation: Preparation<Task>): Column[] {
  return signature(preparation).inputs.map(({ name, type }) => {
    const source = table.columns.find((candidate) => candidate.name === name)
    if (source === undefined) throw new Error(`There is no column ${name}.`)
    return source.kind === 'number'
      ? { name, type, values: Array.from(source.values) }
      : { name, type, values: Array.from(source.codes, (k) => (k < 0 ? '' : source.categories[k])) }
  })
}
