/** predict counts what the model does not know. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readModelFile } from '../../shared/artifact/model-file.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'
import { type PredictedBatch, predictFile } from '../../shared/models/predict.ts'
import { trainedFile, trainHere } from '../support/train-here.ts'

const contracts = ['Month-to-month', 'One year', 'Two year']
const training = Array.from({ length: 120 }, (_, i) => ({
  contract: contracts[i % 3],
  months: i % 73,
  rate: i % 10 === 0 ? null : 0.5 + (i % 7),
  place: i % 11 === 0 ? null : `zone ${i % 4}`,
  y: i % 3 === 0 ? 'Yes' : 'No',
}))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

type Row = Record<string, unknown>

async function batchesOf(rows: readonly Row[], change: (model: string) => string = (model) => model) {
  const model = await readModelFile(change(await trainedFile(await tableFromRecords(training))))
  const path = join(folder, 'rows.jsonl')
  await writeFile(path, rows.map((row) => JSON.stringify(row)).join('\n'))
  return Array.fromAsync<PredictedBatch>(predictFile(model, path))
}

const unknownIn = async (rows: readonly Row[]) => (await batchesOf(rows)).at(-1)?.unknownSoFar

test('the rows that a model was made from hold nothing unknown', async () => {
  expect(await unknownIn(training)).toEqual([])
})

test('categories in another case, with a blank, or new are counted, with the first few', async () => {
  const rows = training.map((row, i) => ({
    ...row,
    contract: i < 100 ? row.contract.toLowerCase() : row.contract,
    place: i === 5 ? ' zone 1' : row.place,
  }))
  expect(await unknownIn(rows)).toEqual([
    {
      column: 'contract',
      unseen: 100,
      missing: 0,
      out_of_range: 0,
      examples: contracts.map((name) => name.toLowerCase()),
    },
    { column: 'place', unseen: 1, missing: 0, out_of_range: 0, examples: [' zone 1'] },
  ])
})

test('missing values count where training had none, and only there', async () => {
  const rows = training.map((row, i) =>
    i < 4 ? { y: row.y, contract: null, months: null, rate: null } : row,
  )
  expect(await unknownIn(rows)).toEqual([
    { column: 'contract', unseen: 0, missing: 4, out_of_range: 0, examples: [] },
    { column: 'months', unseen: 0, missing: 4, out_of_range: 0, examples: [] },
  ])
})

test('numbers below the minimum and above the maximum of training count; the bounds do not', async () => {
  const months = [-1, 0, 72, 73, 1e9]
  expect(await unknownIn(training.slice(0, 5).map((row, i) => ({ ...row, months: months[i] })))).toEqual([
    { column: 'months', unseen: 0, missing: 0, out_of_range: 3, examples: [-1, 73, 1e9] },
  ])
})

test('a column without any value, and one of one value in twenty rows or more, are named', async () => {
  const rows = training.slice(0, 30).map((row) => ({ ...row, rate: null, contract: 'One year' }))
  expect(await unknownIn(rows)).toEqual([
    { column: 'contract', unseen: 0, missing: 0, out_of_range: 0, examples: [], constant: true },
    { column: 'rate', unseen: 0, missing: 0, out_of_range: 0, examples: [], all_missing: true },
  ])
  expect(await unknownIn([training[1]])).toEqual([])
})

test('each batch has its own counts, and those of all rows so far', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => ({
    ...training[i % 120],
    months: i % 100 === 99 ? 99 : 1,
  }))
  const batches = await batchesOf(rows)
  expect(batches.length).toBeGreaterThan(1)
  const counts = batches.map(({ unknown }) => unknown[0].out_of_range)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200)
  expect(batches.at(-1)?.unknownSoFar).toEqual([
    { column: 'months', unseen: 0, missing: 0, out_of_range: 200, examples: [99] },
  ])
})

test('a model of before the ranges were kept says nothing of numbers', async () => {
  const old = (model: string) => {
    const { preparation, ...rest } = JSON.parse(model)
    const features = preparation.features.map(
      ({ minimum, maximum, missingSeen, ...feature }: Record<string, unknown>) =>
        feature.kind === 'text' ? { ...feature, missingSeen } : feature,
    )
    return JSON.stringify({ ...rest, preparation: { ...preparation, features } })
  }
  const rows = training.map((row) => ({ ...row, months: 1e9, rate: null, contract: 'one year' }))
  const batches = await batchesOf(rows, old)
  expect(batches.at(-1)?.unknownSoFar.map(({ column }) => column)).toEqual(['contract'])
})

test('a text where a number is needed is named by its row in the file, with what to do', async () => {
  const rows: Row[] = Array.from({ length: 9000 }, (_, i) => training[i % 120])
  rows[8999] = { ...training[0], months: '1,234' }
  await expect(batchesOf(rows)).rejects.toThrow(
    'Data row 9000 has "1,234" in the column "months", where the model needs a number: if commas group its thousands, set csv.thousands to ","',
  )
})

test.each([
  ['whole numbers', (i: number) => i % 2, 'int', [0, 1]],
  ['true and false', (i: number) => i % 2 === 0, 'bool', [false, true]],
  ['texts', (i: number) => (i % 2 === 0 ? '1' : 'one'), 'text', ['1', 'one']],
  ['numbers with a missing one', (i: number) => (i === 0 ? null : i % 2), 'float', [0, 1]],
])('a target of %s is predicted as such', async (_, targetOf, dtype, labels) => {
  const records = Array.from({ length: 60 }, (_, i) => ({ x: i % 2, z: i, y: targetOf(i) }))
  const model = await trainHere(await tableFromRecords(records))
  expect(model.preparation.target.dtype).toBe(dtype)
  const path = join(folder, 'labels.jsonl')
  await writeFile(path, records.map((row) => JSON.stringify(row)).join('\n'))
  const batches = await Array.fromAsync<PredictedBatch>(predictFile(model, path))
  const found = new Set(batches.flatMap((batch) => batch.labels))
  expect(Array.from(found).toSorted()).toEqual(labels)
})
