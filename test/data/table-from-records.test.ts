import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson'
import { expect, test } from 'vitest'
import type { Column } from '../../shared/data/table.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'

const plain = (column: Column) =>
  column.kind === 'number'
    ? [column.dtype, ...Array.from(column.values, (value) => (Number.isNaN(value) ? null : value))]
    : ['text', ...Array.from(column.codes, (code) => (code < 0 ? null : column.categories[code]))]

async function columnOf(...values: unknown[]) {
  const { columns } = await tableFromRecords(values.map((value) => ({ value })))
  return plain(columns[0])
}

test('numbers of every BSON type are numbers', async () => {
  const values = [
    new Int32(1),
    Long.fromString('9007199254740992'),
    new Double(3),
    Decimal128.fromString('4'),
    5n,
  ]
  expect(await columnOf(...values)).toEqual(['int', 1, 9007199254740992, 3, 4, 5])
  expect(await columnOf(new Double(1.5), Decimal128.fromString('2.5E+3'))).toEqual(['float', 1.5, 2500])
  expect(await columnOf(1, Number.NaN, Decimal128.fromString('NaN'), new Double(Number.NaN))).toEqual([
    'float',
    1,
    null,
    null,
    null,
  ])
})

test('booleans are bool, with a missing value text, as in a file', async () => {
  expect(await columnOf(true, false)).toEqual(['bool', 1, 0])
  expect(await columnOf(true, null)).toEqual(['text', 'True', null])
  expect(await columnOf(true, 1)).toEqual(['text', 'True', '1'])
})

test('dates are ISO text, one out of range is missing; ids, objects and bytes are text', async () => {
  expect(await columnOf(new Date(0), new Date(Number.NaN))).toEqual([
    'text',
    '1970-01-01T00:00:00.000Z',
    null,
  ])
  expect(await columnOf(new ObjectId('65a1b2c3d4e5f60718293a4b'))).toEqual([
    'text',
    '65a1b2c3d4e5f60718293a4b',
  ])
  expect(await columnOf({ b: [1, 2n] }, [true])).toEqual(['text', '{"b":[1,"2"]}', '[true]'])
  for (const odd of [
    new Timestamp({ t: 1, i: 2 }),
    new Binary(Buffer.from('x')),
    /re/,
    Symbol('s'),
    () => 1,
  ]) {
    expect((await columnOf('x', odd))[0]).toBe('text')
  }
})

test('a key that a document lacks is a missing value; columns stand in the order of first appearance', async () => {
  const { rows, columns } = await tableFromRecords([
    { b: 1 },
    { a: 'x', b: 2 },
    {},
    { a: '', ['__proto__']: 3 },
  ])
  expect(rows).toBe(4)
  expect(columns.map((column) => [column.name, ...plain(column)])).toEqual([
    ['b', 'float', 1, 2, null, null],
    ['a', 'text', null, 'x', null, ''],
    ['__proto__', 'float', null, null, null, 3],
  ])
})

test('no documents are a table without rows', async () => {
  expect(await tableFromRecords([])).toEqual({ rows: 0, columns: [] })
})
