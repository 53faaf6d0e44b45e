/** Trained models, what they predict for raw rows, and the same rows as ONNX inputs: for each dataset and algorithm. */
import { estimatorFor } from '../../shared/algorithms/index.ts'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import { writeOnnx } from '../../shared/artifact/onnx/write-onnx.ts'
import { signature } from '../../shared/artifact/signature.ts'
import { applyPreparation } from '../../shared/data/apply-preparation.ts'
import type { Encoding } from '../../shared/data/fit-features.ts'
import { matrixColumns } from '../../shared/data/matrix-columns.ts'
import type { Preparation } from '../../shared/data/preparation.ts'
import { prepare } from '../../shared/data/prepare.ts'
import { randomState } from '../../shared/data/random.ts'
import type { Table } from '../../shared/data/table.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { type ParitySet, parityCsv, paritySets } from './parity-set.ts'

export type Case = {
  readonly name: string
  readonly algorithm: AlgorithmName
  readonly data:
    | ParitySet
    | 'gaps'
    | 'one-hot gaps'
    | 'target-encoded gaps'
    | 'truth'
    | 'odd names'
    | 'many classes'
    | 'many columns'
  readonly hyperparameters: Record<string, unknown>
}

const flat = ['random_forest', 'decision_tree', 'logistic_regression', 'svm', 'dnn'] as const

const variants: [Case['data'], AlgorithmName, Record<string, unknown>][] = [
  ...paritySets.flatMap((data) =>
    flat.map((algorithm): [ParitySet, AlgorithmName, Record<string, unknown>] => [data, algorithm, {}]),
  ),
  ['digits', 'cnn', { epochs: 3 }],
  ...(['gaps', 'one-hot gaps', 'target-encoded gaps', 'truth'] as const).flatMap((data) =>
    flat.map((algorithm): [Case['data'], AlgorithmName, Record<string, unknown>] => [data, algorithm, {}]),
  ),
  ['gaps', 'cnn', { epochs: 2 }],
  ['one-hot gaps', 'decision_tree', { max_leaf_nodes: 6 }],
  ...(['linear', 'poly', 'rbf', 'sigmoid'] as const).flatMap(
    (kernel): [ParitySet, AlgorithmName, Record<string, unknown>][] => [
      ['wine', 'svm', { kernel, probability: true }],
      ['breast_cancer', 'svm', { kernel, probability: true }],
      ['mixed', 'svm', { kernel, break_ties: true, decision_function_shape: 'ovr' }],
    ],
  ),
  ['digits', 'svm', { probability: true, class_weight: 'balanced' }],
  ['digits', 'random_forest', { n_estimators: 10, max_depth: 3 }],
  ['mixed', 'random_forest', { class_weight: 'balanced', criterion: 'entropy' }],
  ['gaps', 'decision_tree', { max_depth: 4, class_weight: 'balanced' }],
  ['wine', 'decision_tree', { max_leaf_nodes: 2 }],
  ['mixed', 'logistic_regression', { C: 0.01, class_weight: 'balanced' }],
  ['wine', 'logistic_regression', { engine: 'ml-logistic-regression', numSteps: 1000, learningRate: 5e-3 }],
  ['breast_cancer', 'dnn', { epochs: 2 }],
  ...(['tanh', 'sigmoid', 'elu', 'selu', 'leaky_relu', 'linear'] as const).map(
    (activation): [ParitySet, AlgorithmName, Record<string, unknown>] => [
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
    flat.map((algorithm): [Case['data'], AlgorithmName, Record<string, unknown>] => [data, algorithm, {}]),
  ),
  ...([...paritySets, 'gaps', 'truth', 'odd names', 'many columns'] as const).map(
    (data): [Case['data'], AlgorithmName, Record<string, unknown>] => [
      data,
      'gradient_boosting',
      { max_iter: 20, min_samples_leaf: 5 },
    ],
  ),
  ...(['mixed', 'gaps', 'odd names'] as const).map(
    (data): [Case['data'], AlgorithmName, Record<string, unknown>] => [
      data,
      'gradient_boosting',
      { max_iter: 10, min_samples_leaf: 3, categorical_features: 'text' },
    ],
  ),
  ['many classes', 'gradient_boosting', { max_iter: 2 }],
  ['many classes', 'decision_tree', {}],
  ['many classes', 'random_forest', { n_estimators: 3 }],
  ['many classes', 'logistic_regression', { max_iter: 5 }],
  ['many classes', 'dnn', { epochs: 1 }],
]

export const cases: Case[] = variants.map(([data, algorithm, hyperparameters]) => ({
  name: [data, algorithm, ...Object.entries(hyperparameters).map(([key, value]) => `${key}=${value}`)].join(
    ' ',
  ),
  algorithm,
  data,
  hyperparameters,
}))

export type Column = {
  name: string
  type: 'float' | 'double' | 'string'
  values: number[] | string[]
}

const encodingOf: Partial<Record<Case['data'], Encoding>> = {
  'one-hot gaps': 'one_hot',
  'target-encoded gaps': 'target',
}

/** Trains a case and predicts raw rows with it. */
export async function solve({ algorithm, data, hyperparameters }: Case) {
  const table = await tableOf(data)
  const raw = data.endsWith('gaps') ? await gaps(unknownColours) : table
  const encoding = encodingOf[data] ?? 'label'
  return solveTable(algorithm, hyperparameters, table, raw, encoding)
}

/** Trains on a table and predicts the rows of another with its columns. */
export async function solveTable(
  algorithm: AlgorithmName,
  hyperparameters: Record<string, unknown>,
  table: Table,
  raw: Table,
  encoding: Encoding = 'label',
) {
  const entry = estimatorFor(algorithm, 'classification')
  const prepared = prepare(table, { target: null, keepMissing: entry.acceptsMissing, encoding })
  const { preparation, train, test } = prepared
  const classCount = preparation.target.classes.length
  const fit = await entry.trainer(hyperparameters).fit(
    {
      ...train,
      classCount,
      featureNames: matrixColumns(preparation.features).map(({ name }) => name),
      textFeatures: matrixColumns(preparation.features).map(({ feature }) => feature.kind === 'text'),
      validation: test,
    },
    { threads: 1, step: async () => 'continue' },
  )
  if (fit.status !== 'done') throw new Error('The fit was interrupted.')
  const columns = onnxInputs(raw, preparation)
  const { model } = fit
  const prediction = model.predict(applyPreparation(preparation, raw))
  return {
    onnx: writeOnnx(
      { algorithm, model: model.model, preparation },
      { job_id: 'a-job', version: 'v1', signature: '{}' },
    ),
    columns,
    rows: raw.rows,
    classCount,
    labels: Array.from(prediction.classes, (k) => preparation.target.classes[k]),
    probabilities: prediction.probabilities,
    decision: prediction.decision,
  }
}

const made = new Map<Case['data'], Promise<Table>>()

/** The rows of a case, made once for all algorithms. */
function tableOf(data: Case['data']): Promise<Table> {
  const table = made.get(data) ?? makeTable(data)
  made.set(data, table)
  return table
}

async function makeTable(data: Case['data']): Promise<Table> {
  if (data === 'gaps' || data === 'one-hot gaps' || data === 'target-encoded gaps')
    return gaps(['red', 'green', 'blüe'])
  if (data === 'truth') return truth()
  if (data === 'odd names') return oddNames()
  if (data === 'many classes') return madeUp(2000, 4, 1000)
  if (data === 'many columns') return madeUp(60, 5000, 3)
  return (await readTable(parityCsv(data))).table
}

const unknownColours = ['red', 'green', 'blüe', 'a colour of which nobody heard']

/** Sixteen columns, text and numbers with missing values among them, and whole numbers from -1 for a target. */
function gaps(colours: string[]): Promise<Table> {
  const random = randomState(7)
  const records = Array.from({ length: 400 }, () => {
    const draw = () => random.double()
    const x = Array.from({ length: 14 }, () => (draw() < 0.1 ? null : Math.round(draw() * 1e4) / 10))
    const colour = draw() < 0.1 ? null : colours[Math.floor(draw() * colours.length)]
    const size = ['S', 'M', 'L'][Math.floor(draw() * 3)]
    const score = (x[0] ?? 300) + (colour === 'red' ? 300 : 0) + (size === 'L' ? 200 : 0)
    return {
      ...Object.fromEntries(x.map((value, j) => [j === 3 ? 'label' : `x ${j}`, value])),
      colour,
      size,
      target: score < 400 ? -1 : score < 800 ? 0 : 12,
    }
  })
  return tableFromRecords(records)
}

/** Two columns, one of them true or false, and true or false for a target. */
function truth(): Promise<Table> {
  const random = randomState(8)
  const records = Array.from({ length: 200 }, () => {
    const height = random.double()
    const wet = random.double() < 0.5
    return { height, wet, target: height + (wet ? 0.3 : 0) > 0.6 }
  })
  return tableFromRecords(records)
}

/** Names that mean something to others: to browsers, to file systems, to ONNX. */
function oddNames(): Promise<Table> {
  const random = randomState(9)
  const names = [
    '<script>alert(1)</script>',
    'a "b"',
    "it's",
    'x.y/z:0',
    ' ',
    'größe 尺寸',
    'probabilities',
    'label',
    '-1',
    'a\nb',
  ]
  const records = Array.from({ length: 200 }, () => {
    const values = names.map((name, j) => [
      name,
      j % 3 === 2 ? ['u', "v'w", '"'][random.randint(3)] : random.double(),
    ])
    const row = Object.fromEntries(values)
    return { ...row, 'tar"get': row['x.y/z:0'] + row[' '] > 1 ? 'a, "b"' : '<i>\n' }
  })
  return tableFromRecords(records)
}

/** Numbers, of which the first tells the class. */
function madeUp(rows: number, columns: number, classes: number): Promise<Table> {
  const random = randomState(10)
  const records = Array.from({ length: rows }, (_, i) => ({
    ...Object.fromEntries(
      Array.from({ length: columns }, (_, j) => [`x${j}`, random.double() + (j === 0 ? i % classes : 0)]),
    ),
    target: i % classes,
  }))
  return tableFromRecords(records)
}

/** The table's features as ONNX inputs. */
export function onnxInputs(table: Table, preparation: Preparation): Column[] {
  return signature(preparation).inputs.map(({ name, type }) => {
    const source = table.columns.find((candidate) => candidate.name === name)
    if (source === undefined) throw new Error(`There is no column ${name}.`)
    return source.kind === 'number'
      ? { name, type, values: Array.from(source.values) }
      : { name, type, values: Array.from(source.codes, (k) => (k < 0 ? '' : source.categories[k])) }
  })
}
