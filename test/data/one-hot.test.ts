import { expect, test } from 'vitest'
import { applyPreparation } from '../../shared/data/apply-preparation.ts'
import { column } from '../../shared/data/matrix.ts'
import { matrixColumns } from '../../shared/data/matrix-columns.ts'
import { preparationSchema } from '../../shared/data/preparation.ts'
import { prepare } from '../../shared/data/prepare.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'
import want from '../fixtures/one-hot.json' with { type: 'json' }

const options = { target: 'target', keepMissing: false, encoding: 'one_hot' as const }
const table = () => tableFromRecords(want.records)

test('columns, means and scales are those of OneHotEncoder and StandardScaler', async () => {
  const { preparation, test: held } = prepare(await table(), options)
  const columns = matrixColumns(preparation.features)
  expect(columns.map(({ name }) => name)).toEqual([
    'city = Paris',
    'city = Wien',
    'city = Åbo',
    'city = Łódź',
    'age',
    'plan = basic',
    'plan = pro',
    'plan is missing',
  ])
  columns.forEach(({ mean, scale }, j) => {
    expect(mean).toBeCloseTo(want.mean[j], 12)
    expect(scale).toBeCloseTo(want.scale[j], 12)
  })
  // The first test row has a city that no training row has: zeros in all of its columns.
  want.test.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(column(held.features, j)[i]).toBeCloseTo(value, 12)
    })
  })
})

test('the stored preparation gives the raw rows the same features', async () => {
  const { preparation, train, test: held } = prepare(await table(), options)
  const stored = preparationSchema.parse(JSON.parse(JSON.stringify(preparation)))
  const all = applyPreparation(stored, await table())
  expect(all.columns).toBe(train.features.columns)
  for (let j = 0; j < all.columns; j++) {
    const values = column(all, j)
    expect(Array.from(held.rows, (row) => values[row])).toEqual(Array.from(column(held.features, j)))
  }
})

test('a column of more than 1000 categories is refused', async () => {
  const records = Array.from({ length: 1500 }, (_, i) => ({ name: `n${i}`, x: i, target: i % 2 }))
  const wide = await tableFromRecords(records)
  expect(() => prepare(wide, options)).toThrow(
    'The text column "name" has 1200 categories, more than the 1000 of which one-hot encoding makes columns: leave it out (drop_columns), or choose another "encoding".',
  )
})
