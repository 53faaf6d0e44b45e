/**
 * Times of dnn and cnn beside Keras', on made-up rows and on digits, with a quarter as many rows for
 * validation.
 *
 * `node bench/nets.ts [PYTHON]` prints them, with the peer's where a Python with Keras is named.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Run, TrainingData } from '../shared/algorithms/algorithm.ts'
import { cnn } from '../shared/algorithms/cnn/index.ts'
import { dnn } from '../shared/algorithms/dnn/index.ts'
import { networkHyperparameters } from '../shared/algorithms/network/hyperparameters.ts'
import { type Matrix, zeros } from '../shared/data/matrix.ts'
import { prepare } from '../shared/data/prepare.ts'
import { randomState } from '../shared/data/random.ts'
import { readTable } from '../shared/tabular/read-table.ts'

const measured = z.object({
  /** Seconds, median of the runs. */
  fit: z.number(),
  /** Seconds, the first run. */
  first: z.number(),
  predict: z.number(),
  /** On the validation rows, after the last epoch. */
  accuracy: z.number(),
})
export type Measured = z.infer<typeof measured>

export type BenchCase = {
  readonly algorithm: 'dnn' | 'cnn'
  readonly what: string
  /** The greatest ratio of our fit to the peer's that is wished for. */
  readonly target: number
  readonly epochs: number
  load(): Promise<TrainingData>
  ours(): Promise<Measured>
  peer(python: string): Promise<Measured>
  /** Whether our accuracy is no worse than the peer's. */
  equal(ours: Measured, peers: Measured): boolean
}

const runs = 5

export const netCases: readonly BenchCase[] = [
  benchCase('dnn', '2,000 x 20, 5 epochs', 5, 0.05, async () => rowsOfThreeClasses(2000)),
  benchCase('dnn', '100,000 x 20, 2 epochs', 2, 0.1, async () => rowsOfThreeClasses(100_000)),
  benchCase('cnn', 'digits, 10 epochs', 10, 0.1, digits),
  benchCase('cnn', '5,000 x 28 x 28, 2 epochs', 2, 0.5, async () => pictures(5000)),
]

function benchCase(
  algorithm: BenchCase['algorithm'],
  what: string,
  epochs: number,
  target: number,
  load: () => Promise<TrainingData>,
): BenchCase {
  return {
    algorithm,
    what,
    target,
    epochs,
    load,
    async ours() {
      const data = await load()
      const params = networkHyperparameters().schema.parse({ epochs })
      const run: Run = { threads: availableParallelism(), step: async () => 'continue' }
      const { fit, predict } = algorithm === 'dnn' ? dnn : cnn
      const fits: number[] = []
      const predicts: number[] = []
      let accuracy = Number.NaN
      for (let k = 0; k < runs; k++) {
        const begin = performance.now()
        const result = await fit(data, params, run)
        const fitted = performance.now()
        if (result.status !== 'done') throw new Error('The fit was paused.')
        predict(result.model, data.features)
        fits.push((fitted - begin) / 1000)
        predicts.push((performance.now() - fitted) / 1000)
        accuracy = result.history?.val_accuracy.at(-1) ?? Number.NaN
      }
      return { fit: median(fits), first: fits[0], predict: median(predicts), accuracy }
    },
    async peer(python) {
      const folder = await mkdtemp(join(tmpdir(), 'bench-nets-'))
      try {
        const { features, target: classes, validation } = await load()
        await writeFile(join(folder, 'x.bin'), rowOrder(features))
        await writeFile(join(folder, 'y.bin'), classes)
        await writeFile(join(folder, 'x-validation.bin'), rowOrder(validation.features))
        await writeFile(join(folder, 'y-validation.bin'), validation.target)
        const script = join(import.meta.dirname, 'peers', 'nets.py')
        const given = [script, algorithm, folder, String(features.columns), String(epochs), String(runs)]
        const { stdout } = await promisify(execFile)(python, given)
        return measured.parse(JSON.parse(stdout))
      } finally {
        await rm(folder, { recursive: true })
      }
    },
    equal: (ours, peers) => ours.accuracy >= peers.accuracy - 0.01,
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** Rows of 20 bell-shaped features, of which a few decide between three classes, with noise. */
function rowsOfThreeClasses(rows: number): TrainingData {
  const random = randomState(7)
  const part = (count: number) => {
    const features = zeros(count, 20)
    for (let i = 0; i < features.values.length; i++) features.values[i] = bell(random)
    const value = (i: number, j: number) => features.values[j * count + i]
    const target = Int32Array.from({ length: count }, (_, i) => {
      const product = 0.8 * value(i, 3) * value(i, 4)
      const score = value(i, 0) + 0.7 * value(i, 1) - value(i, 2) + product + 0.5 * bell(random)
      return score < -0.7 ? 0 : score < 0.7 ? 1 : 2
    })
    return { features, target }
  }
  return trainingData(part(rows), part(rows / 4), 3)
}

/** Pictures of 28 x 28 in ten classes: a random pattern for each class under strong noise. */
function pictures(rows: number): TrainingData {
  const random = randomState(7)
  const patterns = Float64Array.from({ length: 10 * 784 }, () => bell(random))
  const part = (count: number) => {
    const features = zeros(count, 784)
    const target = Int32Array.from({ length: count }, (_, i) => i % 10)
    for (let j = 0; j < 784; j++) {
      for (let i = 0; i < count; i++) {
        features.values[j * count + i] = 0.3 * patterns[target[i] * 784 + j] + bell(random)
      }
    }
    return { features, target }
  }
  return trainingData(part(rows), part(rows / 4), 10)
}

async function digits(): Promise<TrainingData> {
  const { table } = await readTable(join(import.meta.dirname, '../test/fixtures/parity/digits.csv'))
  const { train, test } = prepare(table, { target: 'target', keepMissing: false })
  return trainingData(train, test, 10)
}

type Part = { readonly features: Matrix; readonly target: Int32Array }

function trainingData(train: Part, validation: Part, classCount: number): TrainingData {
  const featureNames = Array.from({ length: train.features.columns }, (_, j) => `x${j}`)
  return { ...train, classCount, featureNames, validation }
}

function bell(random: { double(): number }): number {
  return 2 * (random.double() + random.double() + random.double()) - 3
}

function rowOrder({ rows, columns, values }: Matrix): Float64Array {
  return Float64Array.from({ length: values.length }, (_, at) => {
    const i = Math.floor(at / columns)
    return values[(at - i * columns) * rows + i]
  })
}

if (import.meta.main) {
  const python = process.argv[2]
  for (const bench of netCases) {
    const ours = await bench.ours()
    const peers = python ? await bench.peer(python) : undefined
    console.log({
      case: `${bench.algorithm} ${bench.what}`,
      ...ours,
      ...(peers && {
        peerFit: peers.fit,
        peerFirst: peers.first,
        peerPredict: peers.predict,
        peerAccuracy: peers.accuracy,
        ratio: ours.fit / peers.fit,
        target: bench.target,
        equal: bench.equal(ours, peers),
      }),
    })
  }
}
