/** The CSV files of csv-spectrum, of which each has what it means as JSON: every field is read so. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Column } from '../../shared/data/table.ts'
import { readBatches } from '../../shared/tabular/read-batches.ts'

const folder = join(import.meta.dirname, '../fixtures/csv-spectrum')
const names = (await readdir(join(folder, 'csvs'))).map((name) => name.replace('.csv', ''))
const record = z.record(z.string(), z.string())
const records = z.union([z.array(record), record.transform((only) => [only])])

/** What a JSON file says otherwise than its CSV file. */
const misstated: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  location_coordinates: { 'Contact Phone Number': '2095257564' },
}

const textOf = (column: Column, row: number) =>
  column.kind === 'text' && column.codes[row] >= 0 ? column.categories[column.codes[row]] : ''

test.each(names)('%s', async (name) => {
  const stated = records.parse(JSON.parse(await readFile(join(folder, 'json', `${name}.json`), 'utf8')))
  const expected = stated.map((row) => ({ ...row, ...misstated[name] }))
  const wanted = Object.keys(expected[0]).map((column) => ({ name: column, kind: 'text' as const }))
  const batches = await Array.fromAsync(readBatches(join(folder, 'csvs', `${name}.csv`), wanted))
  const read = batches.flatMap(({ columns, rows }) =>
    Array.from({ length: rows }, (_, i) =>
      Object.fromEntries(columns.map((column) => [column.name, textOf(column, i)])),
    ),
  )
  expect(read).toEqual(expected)
})
