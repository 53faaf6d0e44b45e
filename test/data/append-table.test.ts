import { expect, test } from 'vitest'
import { appendTable } from '../../shared/data/append-table.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'

const appended = async (first: Record<string, unknown>[], second: Record<string, unknown>[]) =>
  appendTable(await tableFromRecords(first), await tableFromRecords(second), 'The test dataset')

/** What one table of all records is. */
const together = (records: Record<string, unknown>[]) => tableFromRecords(records)

test.each<[string, Record<string, unknown>[], Record<string, unknown>[]]>([
  ['numbers and texts', [{ a: 1, b: 'x' }], [{ b: 'w', a: 2.5 }]],
  ['booleans', [{ a: true }], [{ a: false }]],
  [
    'missing values',
    [
      { a: null, b: 'x' },
      { a: 3, b: null },
    ],
    [{ a: 1, b: null }],
  ],
  ['a column of texts that is empty in one of them', [{ a: null, b: 1 }], [{ a: 'x', b: 2 }]],
  ['texts beyond the basic plane', [{ a: '\uffee' }, { a: 'b' }], [{ a: '\u{1f600}' }]],
  ['integers beyond 2^53', [{ a: 9007199254740993n }, { a: 1 }], [{ a: 9007199254740992n }, { a: null }]],
])('%s are those of one table with all rows', async (_, first, second) => {
  expect(await appended(first, second)).toEqual(await together([...first, ...second]))
})

test('columns that only the second has are left out', async () => {
  const { columns } = await appended([{ a: 1 }], [{ a: 2, more: 3 }])
  expect(columns.map(({ name }) => name)).toEqual(['a'])
})

test('a column that it lacks, or that is of another kind, is refused', async () => {
  await expect(appended([{ a: 1, b: 2 }], [{ a: 1 }])).rejects.toThrow(
    'The test dataset lacks the column "b": give it the columns of the training dataset.',
  )
  await expect(appended([{ a: 1 }], [{ a: 'x' }])).rejects.toThrow(
    'The column "a" has numbers in the training dataset and texts in the other one.',
  )
})
