/** The parity sets as scikit-learn saw them, and what it made of them: shared by the linear algorithms' tests. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { z } from 'zod'
import type { Fit, Run, TrainingData } from '../../shared/algorithms/algorithm.ts'
import { type Matrix, zeros } from '../../shared/data/matrix.ts'
import { randomState } from '../../shared/data/random.ts'
import { parityFolder } from '../parity.ts'

export const paritySets = ['iris', 'wine', 'breast_cancer', 'digits', 'mixed'] as const

const expected = z.object({
  target: z.string(),
  test_rows: z.array(z.int()),
  models: z.object({
    logistic_regression: z.object({
      predictions: z.array(z.int()),
      train_accuracy: z.number(),
      test_accuracy: z.number(),
      coef: z.array(z.array(z.number())),
      intercept: z.array(z.number()),
    }),
    svm: z.object({
      predictions: z.array(z.int()),
      train_accuracy: z.number(),
      test_accuracy: z.number(),
      support_per_class: z.array(z.int()),
      decision_function: z.union([z.array(z.number()), z.array(z.array(z.number()))]),
    }),
  }),
})

export type Prepared = {
  train: TrainingData
  test: Matrix
  testTarget: Int32Array
  expected: z.infer<typeof expected>['models']
}

/** Reads a set, encodes text by sorted order, splits and scales it as the original worker does. */
export function parity(name: (typeof paritySets)[number]): Prepared {
  const reference = expected.parse(
    JSON.parse(readFileSync(new URL(`${name}.expected.json`, parityFolder), 'utf8')),
  )
  const [header, ...lines] = readFileSync(new URL(`${name}.csv`, parityFolder), 'utf8')
    .trimEnd()
    .split('\n')
  const names = header.trimEnd().split(',')
  const cells = lines.map((line) => line.trimEnd().split(','))
  const columns = names.map((_, j) => encode(cells.map((row) => row[j])))
  const targetColumn = columns[names.indexOf(reference.target)]
  const featureColumns = columns.filter((_, j) => names[j] !== reference.target)

  const rows = cells.length
  const testCount = Math.ceil(0.2 * rows)
  const order = randomState(42).permutation(rows)
  const testRows = order.subarray(0, testCount)
  if (String(Array.from(testRows)) !== String(reference.test_rows)) throw new Error('The split differs.')
  const trainRows = order.subarray(testCount)
  const train = matrixOf(featureColumns.map((column) => Array.from(trainRows, (i) => column[i])))
  const test = matrixOf(featureColumns.map((column) => Array.from(testRows, (i) => column[i])))
  standardise(train, test)
  const testTarget = Int32Array.from(testRows, (i) => targetColumn[i])
  const featureNames = names.filter((column) => column !== reference.target)
  const target = Int32Array.from(trainRows, (i) => targetColumn[i])
  return {
    train: trainingData(train, target, featureNames),
    test,
    testTarget,
    expected: reference.models,
  }
}

function encode(cells: readonly string[]): number[] {
  const numbers = cells.map(Number)
  if (!numbers.some(Number.isNaN)) return numbers
  const categories = [...new Set(cells)].sort()
  return cells.map((cell) => categories.indexOf(cell))
}

/** A matrix of the given columns. */
export function matrixOf(columns: readonly (readonly number[])[]): Matrix {
  const matrix = zeros(columns[0].length, columns.length)
  columns.forEach((column, j) => {
    matrix.values.set(column, j * matrix.rows)
  })
  return matrix
}

export function trainingData(features: Matrix, target: Int32Array, featureNames?: string[]): TrainingData {
  return {
    features,
    target,
    classCount: Math.max(...target) + 1,
    featureNames: featureNames ?? Array.from({ length: features.columns }, (_, j) => `x${j}`),
    validation: { features: zeros(0, features.columns), target: new Int32Array(0) },
  }
}

/** scikit-learn's StandardScaler: the population's deviation, and 1 in its place for a constant column. */
function standardise(train: Matrix, test: Matrix): void {
  const { rows } = train
  for (let j = 0; j < train.columns; j++) {
    const column = train.values.subarray(j * rows, (j + 1) * rows)
    const mean = column.reduce((sum, value) => sum + value, 0) / rows
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows
    const scale = variance === 0 ? 1 : Math.sqrt(variance)
    for (let i = 0; i < rows; i++) column[i] = (column[i] - mean) / scale
    for (let i = 0; i < test.rows; i++) {
      test.values[j * test.rows + i] = (test.values[j * test.rows + i] - mean) / scale
    }
  }
}

/** A run that never pauses. */
export function quietRun(threads = 1): Run {
  return { threads, step: async () => 'continue' }
}

/** The model of a fit that was not paused. */
export function done<Model>(fit: Fit<Model>): { model: Model; warnings: readonly string[] } {
  if (fit.status !== 'done') throw new Error('The fit was paused.')
  return fit
}

/** Fits with a pause at every step, each time from a copy of the checkpoint as a store would give it back. */
export async function fitWithPauses<Model>(
  train: (run: Run) => Promise<Fit<Model>>,
  threads = 1,
): Promise<{ model: Model; warnings: readonly string[]; pauses: number }> {
  let resumeFrom: Run['resumeFrom']
  for (let pauses = 0; ; pauses++) {
    const result = await train({ threads, resumeFrom, step: async () => 'pause' })
    if (result.status === 'done') return { ...result, pauses }
    resumeFrom = structuredClone(result.checkpoint)
  }
}

/** The share of equal values. */
export function accuracy(predicted: Int32Array, truth: Int32Array): number {
  return predicted.filter((k, i) => k === truth[i]).length / truth.length
}

/** The greatest absolute difference. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths ${a.length} and ${b.length}`)
  let greatest = 0
  for (let i = 0; i < a.length; i++) greatest = Math.max(greatest, Math.abs(a[i] - b[i]))
  return greatest
}

/** Rows as columns. */
export const columnsOf = (rows: readonly (readonly number[])[]) =>
  rows[0].map((_, j) => rows.map((row) => row[j]))

const given = { set: z.string(), params: z.record(z.string(), z.unknown()), predictions: z.array(z.int()) }

/** What scikit-learn makes of other hyperparameters (test/fixtures/linear.py). */
export const fixtures = z
  .object({
    sets: z.record(
      z.string(),
      z.object({ x: z.array(z.array(z.number())), y: z.array(z.int()), test: z.array(z.array(z.number())) }),
    ),
    logistic_regression: z.array(
      z.object({
        ...given,
        coef: z.array(z.array(z.number())),
        intercept: z.array(z.number()),
        iterations: z.int(),
        probabilities: z.array(z.array(z.number())),
      }),
    ),
    svm: z.array(
      z.object({
        ...given,
        support_per_class: z.array(z.int()),
        decision: z.array(z.number()),
        probabilities: z.array(z.array(z.number())).optional(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/linear.json', import.meta.url), 'utf8')))

/** Small data of awkward kinds: constant columns, ties, duplicate rows, extreme scales, two rows, one feature. */
export const someData = () =>
  fc
    .record({
      rows: fc.integer({ min: 2, max: 40 }),
      columns: fc.integer({ min: 1, max: 6 }),
      classCount: fc.integer({ min: 2, max: 4 }),
      scale: fc.constantFrom(1e-9, 1, 1e6),
      seed: fc.integer({ min: 0, max: 1000 }),
      kind: fc.constantFrom('plain', 'constant', 'ties', 'duplicates'),
    })
    .map(({ rows, columns, classCount, scale, seed, kind }) => {
      const count = Math.max(rows, classCount)
      const value = (i: number, j: number) => {
        const row = kind === 'duplicates' ? i % 3 : i
        const plain = Math.sin(seed + row * 12.9898 + j * 78.233) * 43758.5453
        const fraction = plain - Math.floor(plain) - 0.5
        return kind === 'constant' ? scale : scale * (kind === 'ties' ? Math.round(fraction * 3) : fraction)
      }
      const columnsOfData = Array.from({ length: columns }, (_, j) =>
        Array.from({ length: count }, (_, i) => value(i, j)),
      )
      return trainingData(
        matrixOf(columnsOfData),
        Int32Array.from({ length: count }, (_, i) => i % classCount),
      )
    })
