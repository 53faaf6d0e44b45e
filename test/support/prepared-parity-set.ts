/** The parity sets (../shared/parity), prepared as the original worker prepares a dataset. */
import { readFileSync } from 'node:fs'
import type { TrainingData } from '../../shared/algorithms/algorithm.ts'
import { type Matrix, zeros } from '../../shared/data/matrix.ts'
import { randomState } from '../../shared/data/random.ts'
import { type ParitySet, parityFolder } from './parity-set.ts'

export type Prepared = {
  readonly data: TrainingData
  readonly test: { readonly features: Matrix; readonly target: Int32Array }
  readonly testRows: Int32Array
  /** What scikit-learn made of the same rows. */
  // biome-ignore lint/suspicious/noExplicitAny: JSON whose form differs by algorithm
  readonly expected: any
}

/** Text columns label-encoded in sorted order, split 4:1 by seed 42, scaled by the training rows. */
export function prepared(name: ParitySet): Prepared {
  const expected = JSON.parse(readFileSync(new URL(`${name}.expected.json`, parityFolder), 'utf8'))
  const [header, ...lines] = readFileSync(new URL(`${name}.csv`, parityFolder), 'utf8')
    .trim()
    .split('\n')
  const names = header.split(',')
  const table = lines.map((line) => line.split(','))
  const columns = names.map((_, j) => encoded(table.map((row) => row[j])))
  const targetAt = names.indexOf(expected.target)
  const classes = columns[targetAt]
  const features = columns.filter((_, j) => j !== targetAt)

  const permutation = randomState(42).permutation(table.length)
  const testCount = Math.ceil(0.2 * table.length)
  const testRows = permutation.subarray(0, testCount)
  const trainRows = permutation.subarray(testCount)
  const target = (rows: Int32Array) => Int32Array.from(rows, (i) => classes[i])
  const test = { features: zeros(testRows.length, features.length), target: target(testRows) }
  const train = zeros(trainRows.length, features.length)
  features.forEach((values, j) => {
    const own = Float64Array.from(trainRows, (i) => values[i])
    const { mean, scale } = standard(own)
    own.forEach((value, i) => {
      train.values[j * train.rows + i] = (value - mean) / scale
    })
    testRows.forEach((row, i) => {
      test.features.values[j * testRows.length + i] = (values[row] - mean) / scale
    })
  })
  return {
    data: {
      features: train,
      target: target(trainRows),
      classCount: new Set(classes).size,
      featureNames: names.filter((_, j) => j !== targetAt),
      validation: test,
    },
    test,
    testRows,
    expected,
  }
}

function encoded(texts: string[]): Float64Array {
  if (texts.every((text) => !Number.isNaN(Number(text)))) return Float64Array.from(texts, Number)
  const categories = [...new Set(texts)].sort()
  return Float64Array.from(texts, (text) => categories.indexOf(text))
}

/** Mean and population deviation, 1 for a constant. */
function standard(values: Float64Array): { mean: number; scale: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, scale: variance < 1e-28 ? 1 : Math.sqrt(variance) }
}
