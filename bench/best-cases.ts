/** What is compared with the best peer that is on PyPI, and what is measured. */
import { z } from 'zod'
import { type AlgorithmName, algorithmNames } from '../shared/algorithms/names.ts'
import type { Shape } from './shapes.ts'

export const bestMeasured = z.object({
  /** Seconds, the fastest of some, which other work on the machine disturbs least; null where only predictions are measured. */
  fit: z.number().nullable(),
  predict: z.number(),
  /** Of one row. */
  one: z.number(),
  /** On the training rows. */
  accuracy: z.number(),
})
export type BestMeasured = z.infer<typeof bestMeasured>

export type BestCase = {
  readonly algorithm: AlgorithmName
  readonly shape: Shape
  readonly rows: number
  readonly hyperparameters: Readonly<Record<string, number>>
  /** Names that peers/best.py knows. */
  readonly peers: readonly string[]
}

const peersOf = {
  logistic_regression: ['scikit-learn', 'newton-cholesky', 'scikit-learn-intelex'],
  decision_tree: ['scikit-learn', 'ydf'],
  random_forest: ['scikit-learn', 'scikit-learn-intelex', 'ydf', 'treelite', 'onnxruntime'],
  gradient_boosting: ['scikit-learn', 'lightgbm', 'ydf'],
  svm: ['scikit-learn', 'scikit-learn-intelex'],
  dnn: ['torch', 'jax', 'keras'],
  cnn: ['torch', 'jax', 'keras'],
} as const

type Compared = keyof typeof peersOf
const rowsOf: readonly [shape: Shape, rows: Readonly<Partial<Record<Compared, number>>>][] = [
  [
    'bell',
    {
      logistic_regression: 100_000,
      decision_tree: 50_000,
      random_forest: 10_000,
      svm: 5_000,
      gradient_boosting: 10_000,
      dnn: 5_000,
    },
  ],
  ['ties', { logistic_regression: 100_000, decision_tree: 50_000, random_forest: 10_000 }],
  ['one-hot', { logistic_regression: 20_000, random_forest: 10_000, svm: 5_000 }],
  ['784 columns, 10 classes', { decision_tree: 5_000, random_forest: 5_000, svm: 3_000 }],
  ['8 x 8', { cnn: 1_437 }],
  ['28 x 28', { cnn: 1_000 }],
  ['100 classes', { logistic_regression: 10_000, random_forest: 10_000, gradient_boosting: 2_000 }],
]

/** Of networks. */
const EPOCHS = 2

export const bestCases: readonly BestCase[] = rowsOf.flatMap(([shape, rowsOfAlgorithm]) =>
  algorithmNames.flatMap((algorithm) => {
    if (!isCompared(algorithm)) return []
    const rows = rowsOfAlgorithm[algorithm]
    const hyperparameters: BestCase['hyperparameters'] =
      algorithm === 'dnn' || algorithm === 'cnn' ? { epochs: EPOCHS } : {}
    return rows === undefined ? [] : [{ algorithm, shape, rows, hyperparameters, peers: peersOf[algorithm] }]
  }),
)

function isCompared(algorithm: AlgorithmName): algorithm is Compared {
  return algorithm in peersOf
}
