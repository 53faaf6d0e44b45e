/**
 * Times of logistic_regression and svm beside scikit-learn's, on made-up rows of three classes.
 *
 * `node bench/linear.ts [PYTHON]` prints them, with the peer's where a Python with scikit-learn is named.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Fit, Prediction, Run, TrainingData } from '../shared/algorithms/algorithm.ts'
import { logisticRegressionHyperparameters } from '../shared/algorithms/logistic-regression/hyperparameters.ts'
import { logisticRegression } from '../shared/algorithms/logistic-regression/index.ts'
import { svmHyperparameters } from '../shared/algorithms/svm/hyperparameters.ts'
import { svm } from '../shared/algorithms/svm/index.ts'
import { type Matrix, zeros } from '../shared/data/matrix.ts'
import { randomState } from '../shared/data/random.ts'

const measured = z.object({
  /** Seconds, median of the runs. */
  fit: z.number(),
  predict: z.number(),
  /** On the training rows. */
  accuracy: z.number(),
  /** What must be equal: coefficients, or the number of support vectors per class. */
  answer: z.array(z.number()),
})
export type Measured = z.infer<typeof measured>

export type BenchCase = {
  readonly algorithm: 'logistic_regression' | 'svm'
  readonly rows: number
  /** The greatest ratio of our fit to the peer's that is wished for. */
  readonly target: number
  ours(): Promise<Measured>
  peer(python: string): Promise<Measured>
  /** Whether two answers are the same model. */
  equal(ours: Measured, peers: Measured): boolean
}

const columns = 20
const runs = 5

export const linearCases: readonly BenchCase[] = [
  benchCase('logistic_regression', 10_000, 0.7),
  benchCase('logistic_regression', 100_000, 0.5),
  benchCase('svm', 10_000, 0.5),
  benchCase('svm', 20_000, 0.5),
]

function benchCase(algorithm: BenchCase['algorithm'], rows: number, target: number): BenchCase {
  return {
    algorithm,
    rows,
    target,
    ours: async () => {
      const data = madeUp(rows)
      if (algorithm === 'svm') {
        const params = svmHyperparameters.schema.parse({})
        const start = (run: Run) => svm.fit(data, params, run)
        return measure(data, start, svm.predict, (model) => Array.from(model.supportPerClass))
      }
      const params = logisticRegressionHyperparameters.schema.parse({})
      const start = (run: Run) => logisticRegression.fit(data, params, run)
      return measure(data, start, logisticRegression.predict, (model) => Array.from(model.coefficients))
    },
    peer: async (python) => {
      const folder = await mkdtemp(join(tmpdir(), 'bench-linear-'))
      try {
        const { features, target: classes } = madeUp(rows)
        await writeFile(join(folder, 'x.bin'), rowOrder(features))
        await writeFile(join(folder, 'y.bin'), classes)
        const script = join(import.meta.dirname, 'peers', 'linear.py')
        const given = [script, algorithm, folder, String(rows), String(columns), String(runs)]
        const { stdout } = await promisify(execFile)(python, given)
        return measured.parse(JSON.parse(stdout))
      } finally {
        await rm(folder, { recursive: true })
      }
    },
    equal: (ours, peers) =>
      ours.answer.length === peers.answer.length &&
      ours.answer.every((value, i) => Math.abs(value - peers.answer[i]) <= 1e-3 * Math.abs(peers.answer[i])),
  }
}

async function measure<Model>(
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

function rowOrder({ rows, values }: Matrix): Float64Array {
  return Float64Array.from({ length: values.length }, (_, at) => {
    const i = Math.floor(at / columns)
    return values[(at - i * columns) * rows + i]
  })
}

if (import.meta.main) {
  const python = process.argv[2]
  for (const bench of linearCases) {
    const ours = await bench.ours()
    const peers = python ? await bench.peer(python) : undefined
    console.log({
      algorithm: bench.algorithm,
      rows: bench.rows,
      fit: ours.fit,
      predict: ours.predict,
      accuracy: ours.accuracy,
      ...(peers && {
        peerFit: peers.fit,
        peerPredict: peers.predict,
        peerAccuracy: peers.accuracy,
        ratio: ours.fit / peers.fit,
        target: bench.target,
        predictRatio: ours.predict / peers.predict,
        equal: bench.equal(ours, peers),
      }),
    })
  }
}
