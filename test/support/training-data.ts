/** Training data of every kind, made up from columns or from random numbers. */
import fc from 'fast-check'
import type { TrainingData } from '../../shared/algorithms/algorithm.ts'
import { type Matrix, zeros } from '../../shared/data/matrix.ts'
import { randomState } from '../../shared/data/random.ts'

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
    classCount: target.reduce((highest, k) => Math.max(highest, k), 0) + 1,
    featureNames: featureNames ?? Array.from({ length: features.columns }, (_, j) => `x${j}`),
    validation: { features: zeros(0, features.columns), target: new Int32Array(0) },
  }
}

/** Rows as columns. */
export const columnsOf = (rows: readonly (readonly number[])[]) =>
  rows[0].map((_, j) => rows.map((row) => row[j]))

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

/** Made-up rows of separable classes, a quarter as many for validation. */
export function someRows(rows: number, columns: number, classCount = 3, seed = 1): TrainingData {
  const random = randomState(seed)
  const part = (count: number) => {
    const features = zeros(count, columns)
    const target = Int32Array.from({ length: count }, (_, i) => i % classCount)
    for (let j = 0; j < columns; j++) {
      for (let i = 0; i < count; i++) {
        features.values[j * count + i] = 4 * random.double() - 2 + (j % classCount === target[i] ? 1 : 0)
      }
    }
    return { features, target }
  }
  const featureNames = Array.from({ length: columns }, (_, j) => `x${j}`)
  return { ...part(rows), classCount, featureNames, validation: part(Math.ceil(rows / 4)) }
}

/** Rows of noise with some signal, so that trees grow deep; with few `decimals` many values are equal. */
export function noisyRows(rows: number, columns: number, classCount = 3, decimals = 12): TrainingData {
  const random = randomState(7)
  const rounded = (value: number) => Math.round(value * 10 ** decimals) / 10 ** decimals
  const matrix = (count: number): Matrix => ({
    rows: count,
    columns,
    values: Float64Array.from({ length: count * columns }, () => rounded(random.double() * 4 - 2)),
  })
  const classes = (values: Float64Array, count: number) =>
    Int32Array.from({ length: count }, (_, i) =>
      random.double() < 0.2
        ? Math.floor(random.double() * classCount)
        : Math.abs(Math.floor(values[i] + values[count + i])) % classCount,
    )
  const features = matrix(rows)
  const held = matrix(Math.ceil(rows / 4))
  return {
    features,
    target: classes(features.values, rows),
    classCount,
    featureNames: Array.from({ length: columns }, (_, j) => `x${j}`),
    validation: { features: held, target: classes(held.values, held.rows) },
  }
}

/** The same rows with numbers for a target: the sum of two features, with noise. */
export function noisyNumbers(rows: number, columns: number): TrainingData<'regression'> {
  const { features, featureNames, validation } = noisyRows(rows, columns)
  const random = randomState(8)
  const numbersOf = ({ rows: count, values }: Matrix) =>
    Float64Array.from({ length: count }, (_, i) => values[i] + values[count + i] + random.double())
  return {
    task: 'regression',
    features,
    target: numbersOf(features),
    featureNames,
    validation: { features: validation.features, target: numbersOf(validation.features) },
  }
}
