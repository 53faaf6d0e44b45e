import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomState } from '../../shared/data/random.ts'
import type { Column, Table } from '../../shared/data/table.ts'
import { readBatches, readChunks } from '../../shared/tabular/read-batches.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import type { WantedColumn } from '../../shared/tabular/wanted-columns.ts'

// Files of some megabytes: the second and later ones are the kernel's, as long as they are plain.

const wanted: WantedColumn[] = [
  { name: 'b', kind: 'number' },
  { name: 'colour', kind: 'text' },
  { name: 'a', kind: 'number' },
]
const HEADER = 'a,id,b,colour\n'
const ROWS = 80_000

const random = randomState(5)
const some = (values: readonly string[]) => values[Math.floor(random.double() * values.length)]

function row(i: number): string {
  const number = () =>
    some([
      (6 * random.double() - 3).toFixed(6),
      String(random.double()),
      String(Math.floor(1000 * random.double())),
      '',
      'NA',
      '1e-7',
      ' 7 ',
      'inf',
    ])
  return `${number()},row ${i},${number()},${some(['red', 'grün', '', 'blue'])}`
}
const rows = Array.from({ length: ROWS }, (_, i) => row(i))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, 'data.csv')
  await writeFile(path, content)
  return path
}

const values = (column: Column): unknown[] =>
  column.kind === 'number'
    ? Array.from(column.values)
    : Array.from(column.codes, (code) => (code < 0 ? null : column.categories[code]))

function joined(tables: readonly Table[]): unknown[][] {
  return wanted.map((_, k) => tables.flatMap(({ columns }) => values(columns[k])))
}

/** What the reader of whole tables makes of the same file. */
async function expected(path: string): Promise<unknown[][]> {
  const { table } = await readTable(path)
  return wanted.map(({ name }) => {
    const column = table.columns.find((candidate) => candidate.name === name)
    if (column === undefined) throw new Error(`There is no ${name}.`)
    return values(column)
  })
}

async function batchesOf(path: string): Promise<Table[]> {
  return Array.fromAsync(readBatches(path, wanted))
}

test.each([
  ['plain', (line: string) => line, '\n'],
  ['with returns', (line: string) => line, '\r\n'],
  [
    'quoted from the middle on',
    (line: string, i: number) => (i > ROWS / 2 ? line.replace(/[^,]+$/, '"$&"') : line),
    '\n',
  ],
  [
    'with a blank line in the middle',
    (line: string, i: number) => (i === ROWS / 2 ? `${line}\n` : line),
    '\n',
  ],
  ['with a short row in the middle', (line: string, i: number) => (i === ROWS / 2 ? '1.5,row' : line), '\n'],
])('a file %s is read as it is as a whole table', async (_, change, end) => {
  const path = await file(HEADER + rows.map((line, i) => change(line, i) + end).join(''))
  const batches = await batchesOf(path)
  expect(joined(batches)).toEqual(await expected(path))
  expect(batches.length).toBeGreaterThanOrEqual(3)
})

test('chunks of any size, and a last line without an end, give the same rows', async () => {
  const text = HEADER + rows.join('\n')
  const path = await file(text)
  const bytes = Buffer.from(text)
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 70_001) pieces.push(bytes.subarray(at, at + 70_001))
  expect(joined(await Array.fromAsync(readChunks(Readable.from(pieces), wanted)))).toEqual(
    await expected(path),
  )
  expect(joined(await Array.fromAsync(readChunks(Readable.from([bytes]), wanted)))).toEqual(
    await expected(path),
  )
})

test('true and false are numbers, and a column of numbers stays text where text is wanted', async () => {
  const lines = rows.map((_, i) => `${i % 2 === 0},row,${i},${i % 7}`)
  const path = await file(`${HEADER}${lines.join('\n')}\n`)
  const [b, colour, a] = joined(await batchesOf(path))
  expect(a).toEqual(lines.map((_, i) => 1 - (i % 2)))
  expect(b).toEqual(lines.map((_, i) => i))
  expect(colour).toEqual(lines.map((_, i) => String(i % 7)))
})

test('a column that is not wanted may hold anything', async () => {
  const text = Buffer.from(`${HEADER}${rows.join('\n')}\n`)
  const path = await file(text)
  const all = await expected(path)
  const at = text.indexOf('row 60000')
  text[at] = 0xff
  expect(joined(await batchesOf(await file(text)))).toEqual(all)
})

test.each([
  [
    'a word where a number is needed',
    '3,row,many,red',
    'Line 70002 of the data has "many" in the column "b"',
  ],
  ['a field too many', '3,row,4,red,5', 'Line 70002 of the data has 5 fields where the header has 4'],
])('%s far behind is named with its line', async (_, line, sentence) => {
  const lines = rows.toSpliced(70_000, 1, line)
  const path = await file(`${HEADER}${lines.join('\n')}\n`)
  await expect(batchesOf(path)).rejects.toThrow(sentence)
})
