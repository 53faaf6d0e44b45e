/**
 * Times of decision_tree and random_forest beside scikit-learn's, on made-up rows of three classes.
 *
 * `node bench/trees.ts [PYTHON [RUNS [ALGORITHM [ROWS]]]]` prints them, with the peer's where a Python with
 * scikit-learn is named.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Fit, Prediction, Run, TrainingData } from '../shared/algorithms/algorithm.ts'
import { decisionTreeHyperparameters } from '../shared/algorithms/decision-tree/hyperparameters.ts'
import { decisionTree } from '../shared/algorithms/decision-tree/index.ts'
import { randomForestHyperparameters } from '../shared/algorithms/random-forest/hyperparameters.ts'
import { randomForest } from '../shared/algorithms/random-forest/index.ts'
import { type Matrix, zeros } from '../shared/data/matrix.ts'
import { randomState } from '../shared/data/random.ts'

const measured = z.object({
  /** Seconds, median of the runs. */
  fit: z.number(),
  predict: z.number(),
  /** On the training rows. */
  accuracy: z.number(),
  /** What must be equal: the number of nodes, then the feature importances. */
  answer: z.array(z.number()),
})
export type Measured = z.infer<typeof measured>

export type BenchCase = {
  readonly algorithm: 'decision_tree' | 'random_forest'
  readonly rows: number
  /** The greatest ratio of our fit to the peer's that is wished for. */
  readonly target: number
  ours(runs?: number): Promise<Measured>
  peer(python: string, runs?: number): Promise<Measured>
  /** Whether two answers are the same model. */
  equal(ours: Measured, peers: Measured): boolean
}

const columns = 20

export const treeCases: readonly BenchCase[] = [
  benchCase('decision_tree', 10_000, 0.35),
  benchCase('decision_tree', 100_000, 0.3),
  benchCase('random_forest', 10_000, 0.25),
  benchCase('random_forest', 100_000, 0.2),
]

function benchCase(algorithm: BenchCase['algorithm'], rows: number, target: number): BenchCase {
  return {
    algorithm,
    rows,
    target,
    ours: async (runs = 5) => {
      const data = madeUp(rows)
      if (algorithm === 'decision_tree') {
        const params = decisionTreeHyperparameters.schema.parse({})
        const start = (run: Run) => decisionTree.fit(data, params, run)
        return measure(runs, data, start, decisionTree.predict, (model) => [
          model.tree.feature.length,
          ...model.featureImportances,
        ])
      }
      const params = randomForestHyperparameters.schema.parse({})
      const start = (run: Run) => randomForest.fit(data, params, run)
      return measure(runs, data, start, randomForest.predict, (model) => [
        model.trees.reduce((nodes, tree) => nodes + tree.feature.length, 0),
        ...model.featureImportances,
      ])
    },
    peer: async (python, runs = 5) => {
      const folder = await mkdtemp(join(tmpdir(), 'bench-trees-'))
      try {
        const { features, target: classes } = madeUp(rows)
        await writeFile(join(folder, 'x.bin'), features.values)
        await writeFile(join(folder, 'y.bin'), classes)
        const script = join(import.meta.dirname, 'peers', 'trees.py')
        const given = [script, algorithm, folder, String(rows), String(columns), String(runs)]
        const { stdout } = await promisify(execFile)(python, given)
        return measured.parse(JSON.parse(stdout))
      } finally {
        await rm(folder, { recursive: true })
      }
    },
    equal: (ours, peers) =>
      ours.accuracy === peers.accuracy &&
      ours.answer.length === peers.answer.length &&
      ours.answer.every((value, i) => Math.abs(value - peers.answer[i]) <= 1e-9),
  }
}

async function measure<Model>(
  runs: number,
  data: TrainingData,
  start: (run: Run) => Promise<Fit<Model>>,
  predict: (model: Model, features: Matrix) => Prediction,
  answerOf: (model: Model) => number[],
): Promise<Measured> {
  const run: Run = { threads: availableParallelism(), step: async () => 'continue' }
  const fits: number[] = []
  const predicts: number[] = []
  let last: { model: Model; prediction: Prediction } | undefined
  for (let k = 0; k < runs; k++) {
    const begin = performance.now()
    const result = await start(run)
    const fitted = performance.now()
    if (result.status !== 'done') throw new Error('The fit was paused.')
    const prediction = predict(result.model, data.features)
    fits.push((fitted - begin) / 1000)
    predicts.push((performance.now() - fitted) / 1000)
    last = { model: result.model, prediction }
  }
  if (!last) throw new Error('No run was made.')
  const { model, prediction } = last
  const right = prediction.classes.filter((k, i) => k === data.target[i]).length
  const accuracy = right / data.target.length
  return { fit: median(fits), predict: median(predicts), accuracy, answer: answerOf(model) }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** Rows of 20 bell-shaped features, of which a few decide between three classes, with noise. */
function madeUp(rows: number): TrainingData {
  const random = randomState(7)
  const bell = () => 2 * (random.double() + random.double() + random.double()) - 3
  const features = zeros(rows, columns)
  for (let i = 0; i < features.values.length; i++) features.values[i] = bell()
  const value = (i: number, j: number) => features.values[j * rows + i]
  const target = Int32Array.from({ length: rows }, (_, i) => {
    const score =
      value(i, 0) + 0.7 * value(i, 1) - value(i, 2) + 0.8 * value(i, 3) * value(i, 4) + 0.5 * bell()
    return score < -0.7 ? 0 : score < 0.7 ? 1 : 2
  })
  const featureNames = Array.from({ length: columns }, (_, j) => `x${j}`)
  const validation = { features: zeros(0, columns), target: new Int32Array(0) }
  return { features, target, classCount: 3, featureNames, validation }
}

if (import.meta.main) {
  const [python, runs = '5', algorithm, rows] = process.argv.slice(2)
  const wanted = treeCases.filter(
    (bench) =>
      (algorithm === undefined || bench.algorithm === algorithm) &&
      (rows === undefined || bench.rows === Number(rows)),
  )
  for (const bench of wanted) {
    const ours = await bench.ours(Number(runs))
    const peers = python ? await bench.peer(python, Number(runs)) : undefined
    console.log({
      algorithm: bench.algorithm,
      rows: bench.rows,
      fit: ours.fit,
      predict: ours.predict,
      accuracy: ours.accuracy,
      ...(peers && {
        peerFit: peers.fit,
        peerPredict: peers.predict,
        ratio: ours.fit / peers.fit,
        target: bench.target,
        predictRatio: ours.predict / peers.predict,
        equal: bench.equal(ours, peers),
      }),
    })
  }
}
