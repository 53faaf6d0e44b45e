import { describe, expect, test } from 'vitest'
import { tasksOf } from '../../shared/algorithms/descriptor.ts'
import { algorithms } from '../../shared/algorithms/index.ts'
import { algorithmNames } from '../../shared/algorithms/names.ts'
import { tasks } from '../../shared/data/task.ts'
import { networkRows, networkTolerance } from '../support/parity-networks.ts'
import { parityRows, tolerance } from '../support/parity-table.ts'
import {
  countVariants,
  metricToleranceOf,
  toleranceOf,
  variantRows,
  variantSets,
} from '../support/parity-variants.ts'

test('every kernel gives scikit-learn’s answers on the parity set', async () => {
  const rows = await parityRows()
  expect(rows).toHaveLength(20)
  for (const { dataset, algorithm, differing, distance } of rows) {
    expect.soft(differing, `${dataset} ${algorithm}: labels that differ`).toBe(0)
    expect.soft(distance, `${dataset} ${algorithm}: distance`).toBeLessThanOrEqual(tolerance[algorithm])
  }
})

describe('variants of hyperparameters have scikit-learn’s predictions and metrics', () => {
  async function compare(dataset: string) {
    const rows = await variantRows(dataset)
    expect(rows.length).toBeGreaterThan(30)
    for (const row of rows) {
      const name = `${row.algorithm} ${JSON.stringify(row.hyperparameters)}`
      expect.soft(row.predictions, name).toBeLessThanOrEqual(toleranceOf(row))
      expect.soft(row.metrics, `${name}: ${row.metric}`).toBeLessThanOrEqual(metricToleranceOf(row))
    }
  }
  test.each(variantSets.regression)('numbers of %s', compare)
  test.each(variantSets.classification)('classes of %s', { tags: 'long', timeout: 600_000 }, compare)
})

test.each(Object.values(variantSets).flat())(
  'dnn and cnn on %s have Keras’ predictions and losses',
  async (dataset) => {
    const rows = await networkRows(dataset)
    expect(rows).toHaveLength(16)
    for (const row of rows) {
      const name = `${row.algorithm} ${JSON.stringify(row.hyperparameters)}`
      expect.soft(row.differing, name).toBe(0)
      expect.soft(row.values, name).toBeLessThanOrEqual(networkTolerance)
      expect.soft(row.loss, `${name}: loss`).toBeLessThanOrEqual(networkTolerance)
    }
  },
)

test('the parity table has each algorithm with its defaults and at least six variants', async () => {
  for (const task of tasks) {
    const expected = algorithmNames.filter((name) => tasksOf(algorithms[name]).includes(task))
    for (const dataset of variantSets[task]) {
      const counted = countVariants(dataset)
      for (const name of expected) expect(counted.get(name) ?? 0, `${name} on ${dataset}`).toBeGreaterThan(6)
    }
  }
})
