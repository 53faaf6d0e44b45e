/** The parity sets as scikit-learn saw them, and what it made of them: shared by the linear algorithms' tests. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { z } from 'zod'
import type { Fit, Run, TrainingData } from '../../shared/algorithms/algorithm.ts'
import { type Matrix, zeros } from '../../shared/data/matrix.ts'
import type { ParitySet } from '../parity.ts'
import { prepared } from './parity.ts'

const linearModels = z.object({
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

/** A prepared set, and what scikit-learn's linear models made of it. */
export function parity(name: ParitySet) {
  const { data, test, testRows, expected } = prepared(name)
  const reference = linearModels.parse(expected)
  if (String(Array.from(testRows)) !== String(reference.test_rows)) throw new Error('The split differs.')
  return { train: data, test: test.features, testTarget: test.target, expected: reference.models }
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
