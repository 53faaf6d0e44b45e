import type { TrainingData } from '../shared/algorithms/algorithm.ts'
import { type Matrix, zeros } from '../shared/data/matrix.ts'
import { randomState } from '../shared/data/random.ts'

/** Rows of bell-shaped features, of which a few decide between three classes, with noise. */
export function madeUp(rows: number, columns: number): TrainingData {
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
  return {
    features,
    target,
    classCount: 3,
    featureNames: Array.from({ length: columns }, (_, j) => `x${j}`),
    validation: { features: zeros(0, columns), target: new Int32Array(0) },
  }
}

/** The same features, with a number of them to predict, and noise. */
export function madeUpNumbers(rows: number, columns: number): TrainingData<'regression'> {
  const { features, featureNames } = madeUp(rows, columns)
  const random = randomState(8)
  const value = (i: number, j: number) => features.values[j * rows + i]
  const target = Float64Array.from({ length: rows }, (_, i) => {
    const linear = value(i, 0) + 0.7 * value(i, 1) - value(i, 2)
    return 10 + 5 * linear + 4 * value(i, 3) * value(i, 4) + 2 * random.double()
  })
  const validation = { features: zeros(0, columns), target: new Float64Array(0) }
  return { task: 'regression', features, target, featureNames, validation }
}

/** The matrix' values in row-major order. */
export function rowMajor({ rows, columns, values }: Matrix): Float64Array {
  const out = new Float64Array(values.length)
  for (let j = 0; j < columns; j++) for (let i = 0; i < rows; i++) out[i * columns + j] = values[j * rows + i]
  return out
}
