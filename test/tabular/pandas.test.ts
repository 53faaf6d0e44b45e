import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Column } from '../../shared/data/table.ts'
import type { CsvOptions } from '../../shared/tabular/csv/options.ts'
import { readTable } from '../../shared/tabular/read-table.ts'

type Described = { name: string; dtype: string | null; values: (number | string | null)[] }
type Case = { name: string; csv: string; columns: Described[] }

/** What pandas.read_csv makes of each file: fixtures/make_data_fixtures.py. */
const cases: Case[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'read-csv.json'), 'utf8'),
)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

test.each(cases)('$name: as pandas reads it', async ({ csv, columns }) => {
  const path = join(folder, 'data.csv')
  await writeFile(path, csv)
  const { table } = await readTable(path)
  expect(table.columns.map(described)).toEqual(columns)
})

type DialectCase = { name: string; csv: CsvOptions; text: string; columns: Described[] }

/** What pandas.read_csv makes of files of other dialects: fixtures/make_dialect_fixtures.py. */
const dialectCases: DialectCase[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'read-dialects.json'), 'utf8'),
)

test.each(dialectCases)('$name: as pandas reads it with the same options', async ({ csv, text, columns }) => {
  const path = join(folder, 'dialect.csv')
  await writeFile(path, encoded(text, csv.encoding))
  const { table } = await readTable(path, undefined, undefined, csv)
  expect(table.columns.map(described)).toEqual(columns)
})

function encoded(text: string, encoding: string | null | undefined): Buffer {
  if (encoding === 'utf-16') return Buffer.from(`\ufeff${text}`, 'utf16le')
  if (encoding === 'cp1252') return Buffer.from(text.replaceAll('€', '\x80'), 'latin1')
  return Buffer.from(text, encoding === 'latin-1' ? 'latin1' : 'utf8')
}

function described(column: Column): Described {
  const { name } = column
  if (column.kind === 'text') {
    const values = Array.from(column.codes, (code) => (code < 0 ? null : column.categories[code]))
    return { name, dtype: 'text', values }
  }
  if (column.values.length === 0) return { name, dtype: null, values: [] }
  return { name, dtype: column.dtype, values: Array.from(column.values, plainNumber) }
}

function plainNumber(value: number): number | string | null {
  if (Number.isNaN(value)) return null
  if (Number.isFinite(value)) return value
  return value > 0 ? 'inf' : '-inf'
}
