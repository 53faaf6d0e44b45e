/** Fits and predictions beside scikit-learn's and Keras': what is measured, and how two answers are compared. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { algorithms } from '../shared/algorithms/index.ts'
import type { AlgorithmName } from '../shared/algorithms/names.ts'
import { madeUp, rowOrder } from './made-up.ts'

const measured = z.object({
  /** Seconds, medians. */
  fit: z.number(),
  predict: z.number(),
  /** On the training rows. */
  accuracy: z.number(),
  /** What must be equal for the row to count; empty where chance has a part. */
  answer: z.array(z.number()),
})
export type Measured = z.infer<typeof measured>

export type FitCase = {
  readonly algorithm: AlgorithmName
  readonly rows: number
  readonly columns: number
  readonly hyperparameters: Record<string, unknown>
  /** The greatest ratio of our time to the peer's that is aimed at. */
  readonly target: number
  readonly runs: number
}

export const fitCases: readonly FitCase[] = [
  ...both('logistic_regression', 0.7, 0.5),
  ...both('decision_tree', 0.35, 0.3),
  ...both('random_forest', 0.25, 0.2),
  { algorithm: 'svm', rows: 10_000, columns: 20, hyperparameters: {}, target: 0.5, runs: 5 },
  { algorithm: 'svm', rows: 20_000, columns: 20, hyperparameters: {}, target: 0.5, runs: 3 },
  { algorithm: 'dnn', rows: 2_000, columns: 20, hyperparameters: { epochs: 5 }, target: 0.05, runs: 5 },
  { algorithm: 'dnn', rows: 100_000, columns: 20, hyperparameters: { epochs: 2 }, target: 0.1, runs: 3 },
  { algorithm: 'cnn', rows: 1_437, columns: 64, hyperparameters: { epochs: 10 }, target: 0.1, runs: 5 },
  { algorithm: 'cnn', rows: 5_000, columns: 784, hyperparameters: { epochs: 2 }, target: 0.5, runs: 3 },
]

function both(algorithm: AlgorithmName, small: number, large: number): FitCase[] {
  const about = { algorithm, columns: 20, hyperparameters: {} }
  const runsOfLarge = algorithm === 'random_forest' ? 3 : 5
  return [
    { ...about, rows: 10_000, target: small, runs: 5 },
    { ...about, rows: 100_000, target: large, runs: runsOfLarge },
  ]
}

/** Our times, in this process, with all processors. */
export async function measureOurs({
  algorithm,
  rows,
  columns,
  hyperparameters,
  runs,
}: FitCase): Promise<Measured> {
  const data = madeUp(rows, columns)
  const trainer = algorithms[algorithm].trainer(hyperparameters)
  const fits: number[] = []
  const predicts: number[] = []
  let accuracy = 0
  let answer: number[] = []
  for (let k = 0; k < runs; k++) {
    const begin = performance.now()
    const fit = await trainer.fit(data, { threads: availableParallelism(), step: async () => 'continue' })
    const fitted = performance.now()
    if (fit.status !== 'done') throw new Error('The fit paused.')
    const { classes } = fit.model.predict(data.features)
    fits.push((fitted - begin) / 1000)
    predicts.push((performance.now() - fitted) / 1000)
    accuracy = classes.filter((label, i) => label === data.target[i]).length / rows
    answer = answerOf(algorithm, fit.model.model)
  }
  return { fit: median(fits), predict: median(predicts), accuracy, answer }
}

/** The peer's times on the same rows, in a Python process of its own. */
export async function measurePeer(python: string, bench: FitCase): Promise<Measured> {
  const { algorithm, rows, columns, hyperparameters, runs } = bench
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
  try {
    const { features, target } = madeUp(rows, columns)
    await writeFile(join(folder, 'x.bin'), rowOrder(features))
    await writeFile(join(folder, 'y.bin'), target)
    const script = join(
      import.meta.dirname,
      'peers',
      algorithm === 'dnn' || algorithm === 'cnn' ? 'nets.py' : 'fits.py',
    )
    const given = [script, algorithm, folder, rows, columns, runs, Number(hyperparameters.epochs ?? 0)].map(
      String,
    )
    const { stdout } = await promisify(execFile)(python, given, { maxBuffer: 2 ** 26 })
    return measured.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Whether two models are the same, as far as this algorithm's can be. */
export function isSameAnswer(ours: Measured, peers: Measured): boolean {
  return (
    ours.answer.length === peers.answer.length &&
    ours.answer.every(
      (value, i) => Math.abs(value - peers.answer[i]) <= 1e-3 * Math.max(1e-6, Math.abs(peers.answer[i])),
    )
  )
}

/** Coefficients; nodes and importances; support vectors per class; for the networks nothing. */
function answerOf(algorithm: AlgorithmName, model: unknown): number[] {
  const fields = Object(model)
  switch (algorithm) {
    case 'logistic_regression':
      return Array.from(fields.coefficients)
    case 'svm':
      return Array.from(fields.supportPerClass)
    case 'decision_tree':
      return [fields.tree.feature.length, ...fields.featureImportances]
    case 'random_forest': {
      const nodes = fields.trees.reduce(
        (sum: number, tree: { feature: Int32Array }) => sum + tree.feature.length,
        0,
      )
      return [nodes, ...fields.featureImportances]
    }
    default:
      return []
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
