import { describe, expect, test } from 'vitest'
import { applyPreparation } from '../../shared/data/apply-preparation.ts'
import { column, type Matrix } from '../../shared/data/matrix.ts'
import { matrixColumns } from '../../shared/data/matrix-columns.ts'
import { preparationSchema } from '../../shared/data/preparation.ts'
import { prepare, prepareRegression } from '../../shared/data/prepare.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'
import want from '../fixtures/target-pipeline.json' with { type: 'json' }

const options = { target: 'target', keepMissing: false, encoding: 'target' as const }
const cases = [
  { task: 'two classes', run: prepare, expected: want.binary },
  { task: 'three classes', run: prepare, expected: want.multiclass },
  { task: 'numbers', run: prepareRegression, expected: want.continuous },
]

describe.each(cases)('encoding by the target, $task', ({ run, expected }) => {
  test('training and test rows are those of TargetEncoder and StandardScaler', async () => {
    const { train, test: held } = run(await tableFromRecords(expected.records), options)
    expectRows(train.features, expected.train)
    expectRows(held.features, expected.test)
  })

  test('the stored preparation gives the raw rows the same features', async () => {
    const { preparation, test: held } = run(await tableFromRecords(expected.records), options)
    const stored = preparationSchema.parse(JSON.parse(JSON.stringify(preparation)))
    const all = applyPreparation(stored, await tableFromRecords(expected.records))
    for (let j = 0; j < all.columns; j++) {
      const values = column(all, j)
      expect(Array.from(held.rows, (row) => values[row])).toEqual(Array.from(column(held.features, j)))
    }
  })
})

test('of several classes each has a feature, named for it', async () => {
  const { preparation } = prepare(await tableFromRecords(want.multiclass.records), options)
  expect(matrixColumns(preparation.features).map(({ name }) => name)).toEqual([
    'city (0)',
    'city (1)',
    'city (2)',
    'age',
  ])
})

function expectRows(matrix: Matrix, rows: readonly (readonly number[])[]): void {
  expect(matrix.rows).toBe(rows.length)
  rows.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(column(matrix, j)[i]).toBeCloseTo(value, 11)
    })
  })
}
