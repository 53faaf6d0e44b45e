/**
 * 30 random files, each predicted by the library, and by the command line as CSV and as JSON lines: the same answers row by
 * row, whatever the order of the columns, others among them, quotes, and marks of thousands.
 *
 * @module-tag long
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomState } from '../../shared/data/random.ts'
import { type OpenModel, openModel, type PredictedBatch, predictFile } from '../../shared/models/predict.ts'
import { runCliHere } from '../support/cli.ts'
import { type TestStack, testStack } from '../support/stack.ts'

const SEED = Number(process.env.PATHS_SEED ?? 15)
const FILES_PER_MODEL = 5
const words = ['red', 'blue', 'Red', 'x, y', 'say "hi"', 'grün', 'None']
const sizes = ['1', '1.50', 'large']

type Row = Record<string, number | string | boolean | null>
type Random = ReturnType<typeof randomState>

/** @param strange the share of missing values and of those that training does not know. */
function randomRow(random: Random, strange: number): Row {
  const odd = () => random.double() < strange
  const pick = (values: readonly string[]) => values[random.randint(values.length)]
  return {
    amount: odd() ? null : Math.round(random.double() * 5e6) / 100,
    count: odd() ? null : random.randint(odd() ? 9999 : 60),
    word: odd() ? null : odd() ? 'violet' : pick(words.slice(0, 6)),
    size: odd() ? '2.0' : pick(sizes),
    flag: random.double() < 0.5,
  }
}

function csv(rows: readonly Row[], names: readonly string[], random: Random, thousands = false): string {
  const cell = (value: Row[string]) => {
    const number =
      typeof value === 'number' && thousands
        ? value.toLocaleString('en-US', { maximumFractionDigits: 2 })
        : value
    const text = number === null || number === undefined ? '' : String(number)
    return /[",]/.test(text) || (text !== '' && random.double() < 0.3)
      ? `"${text.replaceAll('"', '""')}"`
      : text
  }
  return [names.join(','), ...rows.map((row) => names.map((name) => cell(row[name])).join(','))].join('\n')
}

let folder: string
let worker: TestStack
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  worker = await testStack()
})
afterAll(async () => {
  await worker.close()
  await rm(folder, { recursive: true })
})

async function trained(algorithm: string, task: string): Promise<string> {
  const random = randomState(SEED)
  const rows = Array.from({ length: 200 }, (): Row => {
    const row = randomRow(random, 0.03)
    const score = Number(row.amount) / 10_000 + Number(row.count) / 20 + (row.word === 'red' ? 2 : 0)
    return {
      ...row,
      y: task === 'regression' ? score + 0.25 : ['low', 'middle', 'high'][Math.min(2, Math.floor(score / 3))],
    }
  })
  const result = await worker.train(csv(rows, Object.keys(rows[0]), random), { algorithm, task })
  if (result.status === 'failed') throw new Error(result.error)
  const to = join(folder, result.model_id)
  await mkdir(to)
  for (const file of ['manifest.json', 'model.json']) {
    await writeFile(join(to, file), (await worker.bucket.get(`models/${result.model_id}/${file}`)) ?? '')
  }
  return to
}

async function library(model: OpenModel, path: string, thousands: boolean) {
  const options = thousands ? { csv: { thousands: ',' } } : {}
  const batches = await Array.fromAsync<PredictedBatch>(predictFile(model, path, options))
  return {
    labels: batches.flatMap(({ labels }) => labels),
    probabilities: batches.flatMap(({ probabilities }) => Array.from(probabilities ?? [])),
    unknown: batches.at(-1)?.unknownSoFar,
  }
}

const predicted = async (...args: string[]) => {
  const { code, out, err } = await runCliHere(['predict', ...args], { JOB_QUEUE_URL: '', MONGODB_URL: '' })
  if (code !== 0) throw new Error(err)
  return out.trimEnd().split('\n')
}

test.each([
  ['decision_tree', 'classification'],
  ['gradient_boosting', 'classification'],
  ['logistic_regression', 'classification'],
  ['naive_bayes', 'classification'],
  ['k_neighbors', 'regression'],
  ['random_forest', 'regression'],
])('%s, %s', { timeout: 120_000 }, async (algorithm, task) => {
  const at = await trained(algorithm, task)
  const model = await openModel(at)
  const proba = task === 'classification' ? ['--proba'] : []
  for (let file = 0; file < FILES_PER_MODEL; file++) {
    const random = randomState(1000 * SEED + file)
    const rows = Array.from({ length: 1 + random.randint(60) }, () => ({
      ...randomRow(random, 0.15),
      note: 'a "b", c',
    }))
    const names = Object.keys(rows[0])
    const shuffled = Array.from(random.permutation(names.length), (k) => names[k])
    const write = async (name: string, body: string) => {
      await writeFile(join(folder, name), body)
      return join(folder, name)
    }
    const plain = await write('plain.csv', csv(rows, names, random))
    const expected = await library(model, plain, false)
    expect(expected.labels).toHaveLength(rows.length)
    const grouped = await write('grouped.csv', csv(rows, shuffled, random, true))
    expect(await library(model, grouped, true)).toEqual(expected)
    const lines = rows.map((row) =>
      JSON.stringify(Object.fromEntries(shuffled.map((name) => [name, row[name as keyof typeof row]]))),
    )
    const json = await write('rows.jsonl', lines.join('\n'))
    expect(await library(model, json, false)).toEqual(expected)
    expect(await library(model, await write('rows.json', `[${lines.join(',')}]`), false)).toEqual(expected)

    const asCsv = await predicted(at, grouped, '--csv', '{"thousands": ","}', ...proba)
    const fields = asCsv.slice(1).map((line) => line.split(','))
    expect(fields.map(([label]) => label)).toEqual(expected.labels.map(String))
    expect(fields.flatMap((line) => line.slice(1).map(Number))).toEqual(expected.probabilities)
    const asJson = (await predicted(at, json, '--json', ...proba)).map((line) => JSON.parse(line))
    expect(asJson.map(({ label }) => label)).toEqual(expected.labels)
    expect(asJson.flatMap(({ probabilities }) => Object.values(probabilities ?? {}))).toEqual(
      expected.probabilities,
    )
  }
})
