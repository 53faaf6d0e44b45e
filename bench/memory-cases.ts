/** The jobs whose memory is measured, by bench/memory.ts. */
import type { AlgorithmName } from '../shared/algorithms/names.ts'
import type { Task } from '../shared/data/task.ts'

export type MemoryCase = {
  readonly algorithm: AlgorithmName
  readonly task: Task
  readonly rows: number
  readonly columns: number
  /** What the dataset is stored as. */
  readonly format: 'csv' | 'parquet'
  readonly hyperparameters: Readonly<Record<string, unknown>>
}

type Size = readonly [rows: number, columns: number]
const usual: readonly Size[] = [
  [300_000, 20],
  [50_000, 200],
  [200_000, 100],
]
/** What takes long on many rows, or on many columns. */
const others: Partial<Record<AlgorithmName, readonly Size[]>> = {
  random_forest: [
    [300_000, 20],
    [50_000, 200],
  ],
  extra_trees: [
    [300_000, 20],
    [50_000, 200],
  ],
  svm: [
    [5_000, 20],
    [3_000, 500],
    [10_000, 50],
  ],
  k_neighbors: [
    [60_000, 10],
    [10_000, 500],
  ],
  cnn: [
    [50_000, 64],
    [20_000, 784],
  ],
}
/** An SVM for numbers is fitted on all rows together. */
const svmNumbers: readonly Size[] = [
  [5_000, 20],
  [2_000, 500],
]
const hyperparameters: Partial<Record<AlgorithmName, Readonly<Record<string, unknown>>>> = {
  random_forest: { n_estimators: 10 },
  extra_trees: { n_estimators: 10 },
  gradient_boosting: { max_iter: 10 },
  dnn: { epochs: 1 },
  cnn: { epochs: 1 },
}

/** The cases of an algorithm for a task. */
export function memoryCases(algorithm: AlgorithmName, task: Task): MemoryCase[] {
  const sizes = algorithm === 'svm' && task === 'regression' ? svmNumbers : (others[algorithm] ?? usual)
  const about = { algorithm, task, hyperparameters: hyperparameters[algorithm] ?? {} }
  const cases = sizes.map(([rows, columns]) => ({ ...about, rows, columns, format: 'csv' as const }))
  if (algorithm !== 'naive_bayes') return cases
  return [
    ...cases,
    ...usual.map(([rows, columns]) => ({ ...about, rows, columns, format: 'parquet' as const })),
  ]
}
