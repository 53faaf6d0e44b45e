import { expect, test } from 'vitest'
import { parityRows, tolerance } from '../support/parity-table.ts'

test('every kernel gives scikit-learn’s answers on the parity set', async () => {
  const rows = await parityRows()
  expect(rows).toHaveLength(20)
  for (const { dataset, algorithm, differing, distance } of rows) {
    expect.soft(differing, `${dataset} ${algorithm}: labels that differ`).toBe(0)
    expect.soft(distance, `${dataset} ${algorithm}: distance`).toBeLessThanOrEqual(tolerance[algorithm])
  }
})
