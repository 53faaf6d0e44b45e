/**
 * Files of every kind as datasets: each job ends as a result, and a refusal says where in the file, or what of it.
 *
 * @module-tag long
 */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { algorithmNames } from '../../../shared/algorithms/names.ts'
import { tasks } from '../../../shared/data/task.ts'
import { type FuzzedWorker, fuzzedWorker, runs, seed } from './worker.ts'

let worker: FuzzedWorker
beforeAll(async () => {
  worker = await fuzzedWorker()
})
afterAll(() => worker.close())

const BATCH = 5
const field = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -99, max: 99 }).map(String) },
  { weight: 2, arbitrary: fc.double().map(String) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      'a',
      'b',
      'NaN',
      'NULL',
      'inf',
      '-Infinity',
      '1e308',
      '1e309',
      '9'.repeat(400),
      '0x1F',
      '1_000',
      '1,5',
      '"quoted"',
      '"with ""quotes"""',
      '"two\nlines"',
      '"open',
      'clo"sed',
      '\0',
      'a\0b',
      ' 7 ',
      '١٢٣',
      'true',
      '2024-02-30',
      '=1+1',
      '\u202e',
      '😀',
      'x'.repeat(3000),
    ),
  },
)
const label = fc.constantFrom('low', 'high', '0', '1')
const number = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -999, max: 999 }).map((value) => String(value / 8)) },
  { weight: 1, arbitrary: fc.double().map(String) },
  { weight: 1, arbitrary: fc.constantFrom('', '0', '1e308', '-1e308', '1e39', '5e-324', 'inf', 'nan') },
)
/** The target: classes, or numbers. */
const labels = fc.oneof(
  fc.array(label, { minLength: 40, maxLength: 40 }),
  fc.array(number, { minLength: 40, maxLength: 40 }),
)
const table = fc
  .record({
    columns: fc.integer({ min: 0, max: 6 }),
    rows: fc.integer({ min: 0, max: 40 }),
    names: fc.array(field, { minLength: 7, maxLength: 7 }),
    /** Mostly one kind of value per column, as data have. */
    values: fc.array(fc.array(field, { minLength: 1, maxLength: 3 }), { minLength: 7, maxLength: 7 }),
    labels,
    ragged: fc.option(fc.record({ row: fc.nat({ max: 40 }), by: fc.constantFrom(-2, -1, 1, 5) }), {
      freq: 4,
    }),
    newline: fc.constantFrom('\n', '\n', '\r\n', '\r', '\n\n'),
    separator: fc.constantFrom(',', ',', ',', ';', '\t'),
    end: fc.constantFrom('', '\n', '\n\n\n', '\u001a'),
  })
  .map(({ columns, rows, names, values, labels, ragged, newline, separator, end }) => {
    const header = [...names.slice(0, columns).map((name, j) => name || `c${j}`), 'y']
    const lines = Array.from({ length: rows }, (_, i) => {
      const row = values.slice(0, columns).map((of, j) => of[(i * 7 + j) % of.length])
      const whole = [...row, labels[i]]
      if (ragged?.row !== i) return whole
      return ragged.by < 0 ? whole.slice(0, ragged.by) : [...whole, ...Array(ragged.by).fill('1')]
    })
    return [header, ...lines].map((line) => line.join(separator)).join(newline) + end
  })
const wide = fc
  .tuple(fc.integer({ min: 500, max: 5000 }), fc.integer({ min: 1, max: 8 }))
  .map(([columns, rows]) =>
    [
      Array.from({ length: columns }, (_, j) => `c${j}`).join(','),
      ...Array.from({ length: rows }, (_, i) =>
        Array.from({ length: columns }, (_, j) => (i * j) % 5).join(','),
      ),
    ].join('\n'),
  )
const text = fc.oneof({ weight: 30, arbitrary: table }, { weight: 1, arbitrary: wide })
const encoded = fc.oneof(
  { weight: 6, arbitrary: text.map((csv) => Buffer.from(csv)) },
  { weight: 1, arbitrary: text.map((csv) => Buffer.from(`\ufeff${csv}`)) },
  { weight: 1, arbitrary: text.map((csv) => Buffer.from(csv, 'latin1')) },
  { weight: 1, arbitrary: text.map((csv) => Buffer.from(`\ufeff${csv}`, 'utf16le')) },
  { weight: 1, arbitrary: text.map((csv) => gzipSync(csv)) },
  {
    weight: 1,
    arbitrary: fc.tuple(text, fc.nat()).map(([csv, at]) => {
      const whole = gzipSync(csv)
      return whole.subarray(0, at % whole.length)
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(text, fc.nat(), fc.nat({ max: 255 })).map(([csv, at, byte]) => {
      const damaged = gzipSync(csv)
      damaged[at % damaged.length] = byte
      return damaged
    }),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('PAR1', '{"a":', '\x1f\x8b', '{}\n{}\n', '[1]'),
        fc.uint8Array({ maxLength: 60 }),
      )
      .map(([magic, bytes]) => Buffer.concat([Buffer.from(magic, 'latin1'), bytes])),
  },
)
const dataset = fc.record({
  bytes: encoded,
  algorithm: fc.constantFrom(...algorithmNames),
  task: fc.option(fc.constantFrom(...tasks), { nil: undefined, freq: 3 }),
})
const quick: Record<string, Record<string, number>> = {
  gradient_boosting: { max_iter: 3, min_samples_leaf: 2 },
  logistic_regression: { max_iter: 20 },
  random_forest: { n_estimators: 3 },
  extra_trees: { n_estimators: 3 },
  dnn: { epochs: 1 },
  cnn: { epochs: 1 },
}

/** What a sentence on a dataset names: a line, a column, a field of the job, or the file as a whole. */
const place = /\b[Ll]ine \d|[Cc]olumn|[Dd]ataset|target|[Tt]he file|features|rows|learning_rate/

let sent = 0
test(`every dataset ends as a result (seed ${seed})`, async () => {
  const outcomes = { completed: 0, failed: 0 }
  const property = fc.asyncProperty(
    fc.array(dataset, { minLength: BATCH, maxLength: BATCH }),
    async (datasets) => {
      const bodies = await Promise.all(
        datasets.map(async ({ bytes, algorithm, task }) => {
          const job_id = `csv-${sent++}`
          await worker.bucket.put(`datasets/${job_id}`, bytes)
          const dataset_path = `s3://${worker.bucket.name}/datasets/${job_id}`
          return JSON.stringify({ job_id, algorithm, task, dataset_path, hyperparameters: quick[algorithm] })
        }),
      )
      for (const result of await worker.resultsOf(bodies)) {
        outcomes[result.status]++
        if (result.status === 'failed') expect(result.error).toMatch(place)
      }
    },
  )
  await fc.assert(property, { numRuns: runs(40) / BATCH, seed, endOnFailure: true })
  const total = outcomes.completed + outcomes.failed
  expect(total).toBe(runs(40))
  expect(outcomes.completed).toBeGreaterThan(total / 40)
  expect(outcomes.failed).toBeGreaterThan(total / 40)
  expect(process.memoryUsage.rss()).toBeLessThan(1.5 * 2 ** 30)
}, 600_000)
