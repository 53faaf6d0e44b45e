import { describe, expect, test } from 'vitest'
import { parityRows, tolerance } from '../support/parity-table.ts'
import { metricToleranceOf, toleranceOf, variantRows, variantSets } from '../support/parity-variants.ts'

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
