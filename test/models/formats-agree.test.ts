/** Equal values have equal predictions, whatever file format they come in. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readModelFile } from '../../shared/artifact/model-file.ts'
import { rowEncoder } from '../../shared/data/apply-preparation.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'
import { numberOf } from '../../shared/data/text-values.ts'
import { type PredictedBatch, predictFile, wantedColumns } from '../../shared/models/predict.ts'
import { fieldKind, parseField } from '../../shared/tabular/csv/parse-number.ts'
import { readBatches } from '../../shared/tabular/read-batches.ts'
import { trainedFile } from '../support/train-here.ts'

let folder: string
let duckdb: DuckDBInstance
let connection: DuckDBConnection
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  duckdb = await DuckDBInstance.create()
  connection = await duckdb.connect()
})
afterAll(async () => {
  connection.closeSync()
  duckdb.closeSync()
  await rm(folder, { recursive: true })
})

type Value = string | number | boolean | null
type Row = Record<string, Value>

const csv = (names: readonly string[], rows: readonly Row[]) => {
  const cell = (value: Value) => {
    const text = value === null ? '' : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [names, ...rows.map((row) => names.map((name) => row[name]))]
    .map((line) => `${line.map(cell).join(',')}\n`)
    .join('')
}
const jsonLines = (rows: readonly Row[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

async function write(name: string, body: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, body)
  return path
}

/** @param types by column, as DuckDB has them. */
async function parquet(rows: readonly Row[], types: Record<string, string>): Promise<string> {
  const from = await write('parquet.jsonl', jsonLines(rows))
  const columns = Object.entries(types).map(([name, type]) => `'${name}': '${type}'`)
  const path = join(folder, 'rows.parquet')
  await connection.run(
    `copy (select * from read_json('${from}', format = 'newline_delimited', columns = {${columns.join(', ')}})) to '${path}' (format parquet)`,
  )
  return path
}

/** What the model is given for the rows of a file, and what it answers. */
async function answers(model: string, path: string) {
  const predictor = await readModelFile(model)
  const encode = rowEncoder(predictor.preparation)
  const tables = await Array.fromAsync(readBatches(path, wantedColumns(predictor)))
  const batches = await Array.fromAsync<PredictedBatch>(predictFile(predictor, path))
  return {
    features: tables.map((table) => Array.from(encode(table).features.values)),
    labels: batches.flatMap(({ labels }) => labels),
    unknown: batches.at(-1)?.unknownSoFar.map(({ examples, ...counts }) => counts),
  }
}

/** Ways to write a number without changing it. */
const spellings = (value: number) => [
  String(value),
  value.toFixed(3),
  `${value}${Number.isInteger(value) ? '.0' : '00'}`,
  value < 0 ? `-0${-value}` : `0${value}`,
  `${value}e0`,
  ` ${value}`,
]

const number = fc.oneof(
  fc.integer({ min: -9, max: 9 }),
  fc.integer({ min: -99, max: 99 }).map((n) => n / 8),
)
const word = fc.constantFrom('red', 'blue', 'Red', ' red', 'x, y', 'say "hi"', 'grün', 'gru\u0308n')

test('the same table as CSV, JSON lines, a JSON array and Parquet is predicted equally', {
  timeout: 120_000,
}, async () => {
  const trained = fc.record({
    codes: fc.uniqueArray(number, { minLength: 2, maxLength: 6 }),
    words: fc.uniqueArray(word, { minLength: 2, maxLength: 5 }),
    spelling: fc.nat(5),
  })
  const given = fc.array(
    fc.record({
      code: fc.option(number),
      word: fc.option(word),
      flag: fc.option(fc.boolean()),
      size: fc.option(number),
      spelling: fc.nat(5),
    }),
    { minLength: 1, maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(trained, given, async ({ codes, words, spelling }, rows) => {
      const training = Array.from({ length: 40 }, (_, i) => ({
        // A word among them makes a text column of them.
        code: i % 7 === 0 ? 'none of these' : spellings(codes[i % codes.length])[spelling],
        word: words[i % words.length],
        flag: i % 5 === 0 ? null : ['true', 'False'][i % 2],
        size: i / 4,
        y: ['a', 'b', 'c'][i % 3],
      }))
      const model = await trainedFile(await write('train.csv', csv(Object.keys(training[0]), training)))
      const plain = rows.map(({ spelling: _, ...row }): Row => row)
      const texts = rows.map(
        (row): Row => ({
          code: row.code === null ? '' : spellings(row.code)[row.spelling],
          word: row.word ?? 'NA',
          flag: row.flag === null ? 'null' : String(row.flag).toUpperCase(),
          size: row.size === null ? '' : spellings(row.size)[row.spelling],
        }),
      )
      const types = { code: 'DOUBLE', word: 'VARCHAR', flag: 'BOOLEAN', size: 'DOUBLE' }
      const allTexts = { code: 'VARCHAR', word: 'VARCHAR', flag: 'VARCHAR', size: 'VARCHAR' }
      const expected = await answers(model, await write('plain.csv', csv(Object.keys(types), plain)))
      for (const path of [
        () => write('texts.csv', csv(Object.keys(types), texts)),
        () => write('plain.jsonl', jsonLines(plain)),
        () => write('texts.jsonl', jsonLines(texts)),
        () => write('plain.json', JSON.stringify(plain)),
        () => write('texts.json', JSON.stringify(texts, undefined, 2)),
        () => parquet(plain, types),
        () => parquet(texts, allTexts),
      ]) {
        expect(await answers(model, await path())).toEqual(expected)
      }
    }),
    { numRuns: Number(process.env.FORMAT_RUNS ?? 15) },
  )
})

test('in a column of numbers, JSON lines and Parquet take the texts that CSV takes', async () => {
  const records = Array.from({ length: 40 }, (_, i) => ({ x: i % 10, z: i % 3, y: i % 2 }))
  const model = await trainedFile(await tableFromRecords(records))
  const rows: Row[] = [
    { x: true, z: 1 },
    { x: '', z: 'false' },
    { x: 'NA', z: ' 1.50 ' },
    { x: 'TRUE', z: null },
    { x: '+3.', z: '.5' },
    { x: '1e1', z: '-inf' },
  ]
  const expected = await answers(model, await write('rows.csv', csv(['x', 'z'], rows)))
  expect(await answers(model, await write('rows.jsonl', jsonLines(rows)))).toEqual(expected)
  expect(await answers(model, await parquet(rows, { x: 'VARCHAR', z: 'VARCHAR' }))).toEqual(expected)
})

test('a word for missing that training knew as a category is that category from every format', async () => {
  const kinds = ['None', 'Brick', '', 'Stone']
  const records = Array.from({ length: 40 }, (_, i) => ({ kind: kinds[i % 4], x: i, y: i % 4 }))
  const model = await trainedFile(await tableFromRecords(records))
  const { preparation } = await readModelFile(model)
  expect(preparation.features[0]).toMatchObject({ categories: ['', 'Brick', 'None', 'Stone'] })
  const rows = records.map(({ kind, x }) => ({ kind, x }))
  const fromJson = await answers(model, await write('rows.jsonl', jsonLines(rows)))
  expect(fromJson).toMatchObject({ labels: records.map(({ y }) => y), unknown: [] })
  expect(await answers(model, await write('rows.csv', csv(['kind', 'x'], rows)))).toEqual(fromJson)
  expect(await answers(model, await parquet(rows, { kind: 'VARCHAR', x: 'INTEGER' }))).toEqual(fromJson)
})

test('integers beyond 2^53 are told apart in a text column', async () => {
  const ids = ['9007199254740992', '9007199254740993', 'unknown']
  const records = Array.from({ length: 40 }, (_, i) => ({ id: ids[i % 3], y: i % 3 }))
  const model = await trainedFile(await tableFromRecords(records))
  const given = ['9007199254740993', '9007199254740992', '9007199254740994']
  const expected = await answers(model, await write('ids.csv', `id\n${given.join('\n')}\n`))
  expect(expected).toMatchObject({ unknown: [{ column: 'id', unseen: 1 }] })
  expect(expected.labels.slice(0, 2)).toEqual([1, 0])
  const rows = given.map((id) => ({ id }))
  const numbers = given.map((id) => `{"id": ${id}}\n`).join('')
  expect(await answers(model, await write('ids.jsonl', numbers))).toEqual(expected)
  expect(await answers(model, await write('texts.jsonl', jsonLines(rows)))).toEqual(expected)
  expect(await answers(model, await parquet(rows, { id: 'BIGINT' }))).toEqual(expected)
  expect(await answers(model, await parquet(rows, { id: 'VARCHAR' }))).toEqual(expected)
})

test('a text is a number where the CSV reader says so', () => {
  const parsed = { value: 0 }
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789+-.eE inf\t\u00a0xX_,'), maxLength: 9 }),
    fc.double().map(String),
    fc.constantFrom(
      'inf',
      '-Infinity',
      'INF',
      '0x10',
      '1_000',
      '١٢',
      '1e',
      '.',
      '+',
      '1e400',
      '12345678901234567890',
    ),
  )
  fc.assert(
    fc.property(text, (given) => {
      const bytes = Buffer.from(given)
      const isNumber = parseField(bytes, 0, bytes.length, parsed) <= fieldKind.float
      expect(numberOf(given) + 0).toEqual(isNumber ? parsed.value + 0 : Number.NaN)
    }),
    { numRuns: 5000 },
  )
})
