/**
 * dnn and cnn beside Keras on the parity sets (test/fixtures/parity-variants/networks.py), from the same weights and with the same
 * batches, through the worker's own reading and preparation.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { anyEstimatorFor } from '../../shared/algorithms/index.ts'
import type { Matrix } from '../../shared/data/matrix.ts'
import { type AnyPrepared, prepare, prepareRegression } from '../../shared/data/prepare.ts'
import { type Task, tasks } from '../../shared/data/task.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { trainingData } from '../../shared/training/training-data.ts'
import type { Arithmetic } from '../../shared/wasm/arithmetic.ts'
import { uninterrupted } from './fit.ts'
import { parityCsv, paritySets } from './parity-set.ts'

const folder = new URL('../fixtures/parity-variants/', import.meta.url)
const numbers = z.array(z.number())
const kerasAnswer = z.object({
  classes: numbers.optional(),
  /** Of each test row its number, or the probability of its class. */
  values: numbers,
  /** Of each epoch. */
  loss: numbers,
})
const kerasModel = kerasAnswer.extend({
  algorithm: z.enum(['dnn', 'cnn']),
  hyperparameters: z.record(z.string(), z.unknown()),
  /** What Keras makes of weights one unit in the last place off, where a training goes one of several ways. */
  nearby: z.array(kerasAnswer).optional(),
})
type KerasModel = z.infer<typeof kerasModel>
const kerasFile = z.object({ target: z.string(), task: z.enum(tasks), models: z.array(kerasModel) })

export type NetworkRow = {
  readonly dataset: string
  readonly task: Task
  readonly algorithm: KerasModel['algorithm']
  readonly hyperparameters: Record<string, unknown>
  /** Test rows of another class. */
  readonly differing: number
  /** The largest difference of a number or a probability, relative to the largest. */
  readonly values: number
  /** The largest difference of an epoch's loss, relative to it. */
  readonly loss: number
}

/** How far single precision, summed in another order, may lead from the nearest of Keras' answers. */
export const networkTolerance = 1e-5

export const isNetworkEqual = ({ differing, values, loss }: NetworkRow): boolean =>
  differing === 0 && values <= networkTolerance && loss <= networkTolerance

/** One row per variant of each network on a dataset. */
export async function networkRows(dataset: string, arithmetic?: Arithmetic): Promise<NetworkRow[]> {
  const text = readFileSync(new URL(`${dataset}.networks.json`, folder), 'utf8')
  const { target, task, models } = kerasFile.parse(JSON.parse(text))
  const data = await read(dataset, target, task)
  const rows: NetworkRow[] = []
  for (const model of models) rows.push({ dataset, task, ...(await compare(data, model, arithmetic)) })
  return rows
}

async function read(dataset: string, target: string, task: Task): Promise<AnyPrepared> {
  const own = new URL(`${dataset}.csv`, folder)
  const path = existsSync(own)
    ? fileURLToPath(own)
    : parityCsv(paritySets.find((name) => name === dataset) ?? 'iris')
  const { table } = await readTable(path)
  const options = { target, keepMissing: false }
  return task === 'regression' ? prepareRegression(table, options) : prepare(table, options)
}

async function compare(
  prepared: AnyPrepared,
  wanted: KerasModel,
  arithmetic: Arithmetic | undefined,
): Promise<Omit<NetworkRow, 'dataset' | 'task'>> {
  const { algorithm, hyperparameters } = wanted
  const shaped = algorithm === 'cnn' ? repeatedToSquare : (features: Matrix) => features
  const data = trainingData(prepared)
  const features = shaped(data.features)
  const test = shaped(prepared.test.features)
  const fit = await anyEstimatorFor(algorithm, prepared.task)
    .trainer(hyperparameters)
    .fit(
      data.task === 'regression'
        ? { ...data, features, validation: { ...data.validation, features: test } }
        : { ...data, features, validation: { ...data.validation, features: test } },
      { ...uninterrupted(2), ...(arithmetic && { arithmetic }) },
    )
  if (fit.status !== 'done') throw new Error('The fit was paused.')
  const predicted = fit.model.predict(test)
  const found = {
    classes: 'classes' in predicted ? predicted.classes : undefined,
    values: 'values' in predicted ? predicted.values : highest(predicted.probabilities, predicted.classes),
    loss: fit.history?.loss ?? [],
  }
  const distances = [wanted, ...(wanted.nearby ?? [])].map((answer) => distanceTo(answer, found))
  const nearest = distances.reduce((best, each) => (each.values < best.values ? each : best))
  return { algorithm, hyperparameters, ...nearest }
}

type Found = {
  readonly classes?: Int32Array
  readonly values: Float64Array
  readonly loss: readonly number[]
}

function distanceTo({ classes = [], values, loss }: z.infer<typeof kerasAnswer>, found: Found) {
  const byEpoch = loss.map((wanted, epoch) => farthest([found.loss[epoch]], [wanted], wanted))
  return {
    differing: classes.filter((k, i) => k !== found.classes?.[i]).length,
    values: farthest(found.values, values, Math.max(...values.map(Math.abs))),
    loss: Math.max(...byEpoch),
  }
}

/** The columns repeated, in their order, up to the next square of at least 4 x 4: an image a row. */
function repeatedToSquare({ rows, columns, values }: Matrix): Matrix {
  const side = Math.max(4, Math.ceil(Math.sqrt(columns)))
  const repeated = new Float64Array(rows * side * side)
  for (let j = 0; j < side * side; j++) {
    const from = (j % columns) * rows
    repeated.set(values.subarray(from, from + rows), j * rows)
  }
  return { rows, columns: side * side, values: repeated }
}

function highest(probabilities: Float64Array | undefined, classes: Int32Array): Float64Array {
  const perRow = (probabilities?.length ?? 0) / classes.length
  return Float64Array.from(classes, (k, i) => probabilities?.[i * perRow + k] ?? Number.NaN)
}

function farthest(found: ArrayLike<number>, wanted: readonly number[], scale: number): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY
  const distances = wanted.map((value, i) => Math.abs(value - found[i]) / scale)
  return distances.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...distances)
}
