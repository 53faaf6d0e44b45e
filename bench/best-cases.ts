/** What is compared with the best peer that is on PyPI, and what is measured. */
import { z } from 'zod'
import type { AlgorithmName } from '../shared/algorithms/names.ts'
import type { Shape } from './shapes.ts'

export const bestMeasured = z.object({
  /** Seconds, medians; null where only predictions are measured. */
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
  readonly hyperparameters: Record<string, unknown>
  /** Names that peers/best.py knows. */
  readonly peers: readonly string[]
}

const peersOf = {
  logistic_regression: ['scikit-learn', 'newton-cholesky', 'scikit-learn-intelex'],
  decision_tree: ['scikit-learn', 'ydf'],
  random_forest: ['scikit-learn', 'scikit-learn-intelex', 'ydf', 'treelite', 'onnxruntime'],
  gradient_boosting: ['scikit-learn', 'lightgbm', 'ydf'],
  svm: ['scikit-learn', 'scikit-learn-intelex'],
} as const

export const bestCases: readonly BestCase[] = [
  ...of('logistic_regression', { bell: 100_000, ties: 100_000, 'one-hot': 20_000, '100 classes': 10_000 }),
  ...of('decision_tree', {
    bell: 100_000,
    ties: 100_000,
    'one-hot': 20_000,
    '784 columns, 10 classes': 5_000,
  }),
  ...of('random_forest', {
    bell: 50_000,
    ties: 50_000,
    'one-hot': 20_000,
    '784 columns, 10 classes': 5_000,
    '100 classes': 10_000,
  }),
  ...of('gradient_boosting', { bell: 50_000, ties: 50_000, '100 classes': 2_000 }),
  ...of('svm', { bell: 10_000, 'one-hot': 5_000, '784 columns, 10 classes': 3_000 }),
]

function of(algorithm: keyof typeof peersOf, rowsOf: Partial<Record<Shape, number>>): BestCase[] {
  const shapes: Partial<Record<string, number>> = rowsOf
  return (['bell', 'ties', 'one-hot', '784 columns, 10 classes', '100 classes'] as const).flatMap((shape) => {
    const rows = shapes[shape]
    return rows === undefined
      ? []
      : [{ algorithm, shape, rows, hyperparameters: {}, peers: peersOf[algorithm] }]
  })
}
