/** Several files under a prefix are one dataset: the rows that pandas concatenates of the same files. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { fetchDataset } from '../../shared/datasets/fetch-dataset.ts'
import { loadDataset } from '../../shared/datasets/load-dataset.ts'
import { limitsFor } from '../../shared/tabular/limits.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
let folder: string
beforeAll(async () => {
  worker = await testStack()
})
afterAll(() => worker.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterEach(() => rm(folder, { recursive: true }))

let number = 0
/** Puts the objects under a prefix of their own. */
async function prefixOf(objects: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const prefix = `lake/${number++}/`
  for (const [key, body] of Object.entries(objects)) await worker.bucket.put(prefix + key, body)
  return prefix
}

async function load(objects: Readonly<Record<string, string | Uint8Array>>) {
  const path = `${worker.bucket.name}/${await prefixOf(objects)}`
  const sources = {
    store: worker.store,
    bucket: worker.bucket,
    threads: 1,
    limits: limitsFor(2 ** 30),
    timeLeftMs: () => 10_000,
  }
  const fetched = await fetchDataset(path, 'lake', sources, join(folder, 'dataset'))
  return { ...fetched, ...(await loadDataset(fetched, sources, join(folder, 'table'))) }
}

/** Each column's name and values as they are read. */
async function columnsOf(objects: Parameters<typeof load>[0]) {
  const { table } = await load(objects)
  return table.columns.map((column) => ({
    name: column.name,
    kind: column.kind === 'number' ? column.dtype : column.kind,
    values:
      column.kind === 'number'
        ? Array.from(column.values, (value) => (Number.isNaN(value) ? null : value))
        : Array.from(column.codes, (code) => column.categories[code] ?? null),
  }))
}

test('rows come in the order of the keys, columns by name, hidden and empty objects not at all', async () => {
  const objects = {
    'b.csv': 'y,x\nno,3\n',
    'a.csv': 'x,y\n1,yes\n2,no\n',
    'c.csv.gz': gzipSync('x,y\n2.5,\n'),
    _SUCCESS: 'done',
    '.hidden.csv': 'x,y\n9,z\n',
    '_temporary/0.csv': 'x,y\n9,z\n',
    'empty.csv': '',
  }
  expect(await columnsOf(objects)).toEqual([
    { name: 'x', kind: 'float', values: [1, 2, 3, 2.5] },
    { name: 'y', kind: 'text', values: ['yes', 'no', 'no', null] },
  ])
})

test('folders that are named as Hive does are columns, before those of the files', async () => {
  const objects = {
    'year=2023/city=S%C3%A3o%20Paulo/a.csv': 'x,y\n1,2\n',
    'year=2023/city=__HIVE_DEFAULT_PARTITION__/a.csv': 'x,y\n3,4\n',
    'year=2024/city=Oslo/a.csv': 'x,y\n5,6\n7,8\n',
  }
  expect(await columnsOf(objects)).toEqual([
    { name: 'year', kind: 'int', values: [2023, 2023, 2024, 2024] },
    { name: 'city', kind: 'text', values: ['São Paulo', null, 'Oslo', 'Oslo'] },
    { name: 'x', kind: 'int', values: [1, 3, 5, 7] },
    { name: 'y', kind: 'int', values: [2, 4, 6, 8] },
  ])
})

test('a folder’s value takes the place of the files’ own column', async () => {
  const objects = { 'y=1/a.csv': 'x,y,z\n1,9,5\n', 'y=2/a.csv': 'x,y,z\n2,9,6\n' }
  expect(await columnsOf(objects)).toEqual([
    { name: 'x', kind: 'int', values: [1, 2] },
    { name: 'y', kind: 'int', values: [1, 2] },
    { name: 'z', kind: 'int', values: [5, 6] },
  ])
})

test('a column with a text in one file is text in all, as it is written', async () => {
  const objects = { 'a.csv': 'zip,flag,y\n01234,true,1\n', 'b.csv': 'zip,flag,y\nA12,False,2\n' }
  expect(await columnsOf(objects)).toEqual([
    { name: 'zip', kind: 'text', values: ['01234', 'A12'] },
    { name: 'flag', kind: 'bool', values: [1, 0] },
    { name: 'y', kind: 'int', values: [1, 2] },
  ])
})

test.each<[string, Record<string, string>, RegExp]>([
  ['lacks a column', { 'a.csv': 'x,y\n1,2\n', 'b.csv': 'x\n1\n' }, /b\.csv" lacks "y", which ".*a\.csv" has/],
  ['has one more', { 'a.csv': 'x\n1\n', 'b.csv': 'x,z\n1,2\n' }, /b\.csv" has "z", which ".*a\.csv" lacks/],
  ['is broken', { 'a.csv': 'x,y\n1,2\n', 'b.csv': 'x,y\n1,2\n1,2,3\n' }, /b\.csv": Line 3/],
  ['is JSON', { 'a.csv': 'x,y\n1,2\n', 'b.csv': '{"x": 1, "y": 2}\n' }, /b\.csv": The dataset has JSON/],
  [
    'lies elsewhere',
    { 'k=1/a.csv': 'x,y\n1,2\n', 'b.csv': 'x,y\n1,2\n' },
    /a\.csv" in those of "k", ".*b\.csv" in those of none/,
  ],
])('a file that %s is named', async (_, objects, sentence) => {
  await expect(load(objects)).rejects.toThrow(sentence)
})

test('the hash is that of the list that sha256sum prints', async () => {
  const { sha256, source } = await load({ 'a.csv': 'x,y\n1,2\n', 'b/c.csv': 'x,y\n3,4\n' })
  const listed = spawnSync(
    'bash',
    [
      '-c',
      'printf "x,y\\n1,2\\n" > a.csv; mkdir b; printf "x,y\\n3,4\\n" > b/c.csv; sha256sum a.csv b/c.csv | sha256sum',
    ],
    { cwd: folder },
  )
  expect(listed.stdout.toString().slice(0, 64)).toBe(sha256)
  expect(source).toMatch(/^s3:\/\/.*\/$/)
})

test('Parquet files of pyarrow are read as pyarrow reads the folder', async () => {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const database = await DuckDBInstance.create(':memory:')
  const connection = await database.connect()
  await connection.run(
    `copy (select i as x, i % 3 = 0 as flag, 'w' || (i % 4) as word, i % 2 as part from range(1000) t(i)) to '${folder}/lake' (format parquet, partition_by (part))`,
  )
  connection.closeSync()
  const objects: Record<string, Uint8Array> = {}
  for (const name of await readdir(join(folder, 'lake'), { recursive: true })) {
    if (name.endsWith('.parquet')) objects[name] = await readFile(join(folder, 'lake', name))
  }
  const [part, x, flag, word] = await columnsOf(objects)
  expect(part).toMatchObject({ name: 'part', kind: 'int' })
  expect([x.kind, flag.kind, word.kind]).toEqual(['int', 'bool', 'text'])
  const even = Array.from({ length: 500 }, (_, i) => 2 * i)
  const order = [...even, ...even.map((i) => i + 1)]
  expect(x.values).toEqual(order)
  expect(part.values).toEqual(order.map((i) => i % 2))
  expect(flag.values).toEqual(order.map((i) => (i % 3 === 0 ? 1 : 0)))
  expect(word.values).toEqual(order.map((i) => `w${i % 4}`))
})

test('a job is trained on a folder, by its name too, and the manifest has its list’s hash', async () => {
  const rows = (from: number) =>
    Array.from({ length: 60 }, (_, i) => `${from + i},${(i * 7) % 11},${i < 30 ? 'low' : 'high'}`)
  await worker.bucket.put('datasets/sales/day=1/a.csv', `a,b,y\n${rows(0).join('\n')}\n`)
  await worker.bucket.put('datasets/sales/day=2/a.csv', `a,b,y\n${rows(100).join('\n')}\n`)
  const whole = [...rows(0).map((row) => `1,${row}`), ...rows(100).map((row) => `2,${row}`)]
  await worker.bucket.put('datasets/whole.csv', `day,a,b,y\n${whole.join('\n')}\n`)
  const results = []
  for (const dataset_path of ['sales/', `s3://${worker.bucket.name}/datasets/sales/`, 'whole.csv']) {
    const job_id = `folder-${results.length}`
    await worker.send(JSON.stringify({ job_id, algorithm: 'random_forest', dataset_path }))
    const result = await worker.resultOf(job_id)
    if (result.status === 'failed') throw new Error(result.error)
    results.push({ result, model: await worker.bucket.getJson(`models/${result.model_id}/model.json`) })
  }
  expect(isDeepStrictEqual(results[0].model, results[2].model)).toBe(true)
  expect(isDeepStrictEqual(results[1].model, results[2].model)).toBe(true)
  expect(results[0].result.model_name).toBe('DefaultJob_random_forest_sales')
})
