/** The fits and predictions that are measured, and what is measured of each. */
import { z } from 'zod'
import type { AlgorithmName } from '../shared/algorithms/names.ts'
import type { Task } from '../shared/data/task.ts'

export const measured = z.object({
  /** Seconds, medians. */
  fit: z.number(),
  predict: z.number(),
  /** On the training rows: the accuracy, or the r2 of numbers. */
  score: z.number(),
  /** What must be equal for the row to count; empty where a fit is stochastic. */
  answer: z.array(z.number()),
})
export type Measured = z.infer<typeof measured>

export type FitCase = {
  readonly algorithm: AlgorithmName
  /** A classification by default. */
  readonly task?: Task
  readonly rows: number
  readonly columns: number
  readonly hyperparameters: Record<string, unknown>
  /** The largest ratio of our time to the peer's that is aimed at. */
  readonly targetRatio: number
  readonly runs: number
}

export const fitCases: readonly FitCase[] = [
  ...both('logistic_regression', 0.7, 0.5),
  ...both('decision_tree', 0.35, 0.3),
  ...both('random_forest', 0.25, 0.2),
  { algorithm: 'svm', rows: 10_000, columns: 20, hyperparameters: {}, targetRatio: 0.5, runs: 5 },
  { algorithm: 'svm', rows: 20_000, columns: 20, hyperparameters: {}, targetRatio: 0.5, runs: 3 },
  ...onNumbers('linear_regression', [10_000, 100_000], {}, 1),
  ...onNumbers('linear_regression', [100_000], { penalty: 'l2' }, 1),
  ...onNumbers('linear_regression', [100_000], { penalty: 'l1', alpha: 0.01 }, 1),
  ...onNumbers('svm', [10_000, 20_000], {}, 0.5),
  ...onNumbers('random_forest', [10_000, 100_000], { n_estimators: 20 }, 0.25),
  { algorithm: 'k_neighbors', rows: 20_000, columns: 20, hyperparameters: {}, targetRatio: 1, runs: 3 },
  { algorithm: 'k_neighbors', rows: 20_000, columns: 100, hyperparameters: {}, targetRatio: 1, runs: 3 },
  ...onNumbers('k_neighbors', [20_000], {}, 1),
  { algorithm: 'dnn', rows: 2_000, columns: 20, hyperparameters: { epochs: 5 }, targetRatio: 0.05, runs: 5 },
  { algorithm: 'dnn', rows: 100_000, columns: 20, hyperparameters: { epochs: 2 }, targetRatio: 0.1, runs: 3 },
  { algorithm: 'cnn', rows: 1_437, columns: 64, hyperparameters: { epochs: 10 }, targetRatio: 0.1, runs: 5 },
  { algorithm: 'cnn', rows: 5_000, columns: 784, hyperparameters: { epochs: 2 }, targetRatio: 0.5, runs: 3 },
]

function both(algorithm: AlgorithmName, small: number, large: number): FitCase[] {
  const about = { algorithm, columns: 20, hyperparameters: {} }
  const runsOfLarge = algorithm === 'random_forest' ? 3 : 5
  return [
    { ...about, rows: 10_000, targetRatio: small, runs: 5 },
    { ...about, rows: 100_000, targetRatio: large, runs: runsOfLarge },
  ]
}

function onNumbers(
  algorithm: AlgorithmName,
  rows: readonly number[],
  hyperparameters: Record<string, unknown>,
  targetRatio: number,
): FitCase[] {
  const about = { algorithm, task: 'regression' as const, columns: 20, hyperparameters, targetRatio }
  return rows.map((count) => ({ ...about, rows: count, runs: algorithm === 'linear_regression' ? 7 : 3 }))
}
