import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openModel, type PredictedBatch, predictFile } from '../../shared/models/predict.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { runCli } from '../support/cli.ts'
import { parityCsv } from '../support/parity-set.ts'

const mixed = parityCsv('mixed')
const name = 'DefaultJob_decision_tree_mixed'
let folder: string
let lines: string[]

const withoutSettings = { AWS_ENDPOINT_URL: '', JOB_QUEUE_URL: '', MONGODB_URL: '' }
const run = (args: string[], input?: string) =>
  runCli(args, { cwd: folder, env: { ...process.env, ...withoutSettings }, input })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  lines = (await readFile(mixed, 'utf8')).trimEnd().split('\n')
  expect((await run(['train', mixed, '--algorithm', 'decision_tree'])).code).toBe(0)
  expect((await run(['download', name, 'model'])).code).toBe(0)
})
afterAll(() => rm(folder, { recursive: true }))

async function inFolder(file: string, body: string | Buffer): Promise<string> {
  await writeFile(join(folder, file), body)
  return file
}

async function labelsOf(file: string): Promise<unknown[]> {
  const model = await openModel(join(folder, 'model'))
  const batches: PredictedBatch[] = await Array.fromAsync(predictFile(model, join(folder, file)))
  return batches.flatMap(({ labels }) => labels)
}

test('a model in the registry predicts a CSV file, with or without probabilities', async () => {
  const { code, out } = await run(['predict', name, mixed, '--proba'])
  expect(code).toBe(0)
  const rows = out.trimEnd().split('\n')
  expect(rows[0]).toBe('grade,probability_high,probability_low,probability_middle')
  expect(rows).toHaveLength(lines.length)
  const grades = lines.slice(1).map((line) => line.split(',').at(-1))
  const right = rows.slice(1).filter((row, i) => row.split(',')[0] === grades[i]).length
  // The tree knows the training rows by heart.
  expect(right / grades.length).toBeGreaterThan(0.9)
  expect((await run(['predict', name, mixed])).out).toBe(rows.map((row) => `${row.split(',')[0]}\n`).join(''))
})

test('batches, column order, other columns, quotes, gzip and JSON lines change no prediction', async () => {
  const model = await openModel(join(folder, 'model'))
  const { table } = await readTable(mixed)
  const { classes } = model.predict(table)
  const { target } = model.preparation
  const expected = Array.from(classes, (k) => target.classes[k])
  expect(await labelsOf(await inFolder('same.csv', lines.join('\n')))).toEqual(expected)

  const cells = lines.map((line) => line.split(','))
  const shuffled = cells.map(
    ([x0, x1, x2, x3, x4, colour, size]) => `"${size}",note\u00e9,${x4},"${colour}",${x3},${x2},${x1},${x0}`,
  )
  shuffled[0] = shuffled[0].replace('note\u00e9', 'note')
  const many = [shuffled[0], ...Array.from({ length: 9 }, () => shuffled.slice(1)).flat()]
  const nine = Array.from({ length: 9 }, () => expected).flat()
  expect(await labelsOf(await inFolder('shuffled.csv', many.join('\r\n')))).toEqual(nine)
  expect(await labelsOf(await inFolder('shuffled.csv.gz', gzipSync(many.join('\n'))))).toEqual(nine)

  const records = cells.slice(1).map((row) => {
    const entries = cells[0].map((column, j) => {
      const number = row[j] === '' ? Number.NaN : Number(row[j])
      return [column, row[j] === '' ? null : Number.isNaN(number) ? row[j] : number]
    })
    return JSON.stringify(Object.fromEntries(entries))
  })
  expect(await labelsOf(await inFolder('rows.jsonl', records.join('\n')))).toEqual(expected)
})

test('missing values and categories that training never saw are predicted as in training', async () => {
  const rows = [lines[0], ',,,,,,,', '1,2,3,4,5,never seen,XXXL,', 'NA,nan,NULL,0,0,red,M,']
  const file = await inFolder('odd.csv', rows.join('\n'))
  const model = await openModel(join(folder, 'model'))
  const { table } = await readTable(join(folder, file))
  const { classes } = model.predict(table)
  expect(await labelsOf(file)).toEqual(Array.from(classes, (k) => model.preparation.target.classes[k]))
})

test('--out writes a whole file and says so; JSON lines by its name', async () => {
  const some = await inFolder('some.csv', lines.slice(0, 4).join('\n'))
  const { out } = await run(['predict', './model', some, '--proba', '--out', 'p.jsonl', '--json'])
  expect(JSON.parse(out)).toMatchObject({ model_name: name, rows: 3, out: 'p.jsonl' })
  const predicted = (await readFile(join(folder, 'p.jsonl'), 'utf8')).trimEnd().split('\n')
  expect(predicted).toHaveLength(3)
  expect(JSON.parse(predicted[0])).toMatchObject({
    label: expect.any(String),
    probabilities: { high: expect.any(Number) },
  })
  const fromStdin = await run(['predict', './model', '-'], lines.slice(0, 4).join('\n'))
  expect(fromStdin.out.split('\n')).toHaveLength(5)
})

test.each([
  ['a missing column', ['./model', 'lacking.csv'], 1, 'lack 2 columns that the model needs: "x4", "size"'],
  ['a text for a number', ['./model', 'text.csv'], 1, 'Line 2 of the data has "abc" in the column "x2"'],
  ['too many fields', ['./model', 'wide.csv'], 1, 'Line 2 of the data has 9 fields'],
  ['an empty file', ['./model', 'empty.csv'], 1, 'is empty'],
  ['a file edited by hand', ['./edited', 'text.csv'], 1, 'is not the file that was trained'],
  ['no such model', ['no-such-name', 'text.csv'], 1, 'no-such-name'],
  ['no such folder', ['./nowhere', 'text.csv'], 2, 'no model at ./nowhere'],
  ['no such file', ['./model', 'nowhere.csv'], 2, 'no file nowhere.csv'],
])('%s ends in one clear sentence', async (_, args, code, sentence) => {
  await inFolder('lacking.csv', 'x0,x1,x2,x3,colour\n1,2,3,4,red\n')
  await inFolder('text.csv', 'x0,x1,x2,x3,x4,colour,size\n1,2,abc,4,5,red,M\n')
  await inFolder('wide.csv', `${lines[0]}\n1,2,3,4,5,red,M,high,9\n`)
  await inFolder('empty.csv', '')
  await cp(join(folder, 'model'), join(folder, 'edited'), { recursive: true })
  const body = await readFile(join(folder, 'model', 'model.json'), 'utf8')
  await writeFile(join(folder, 'edited', 'model.json'), `${body} `)
  const ended = await run(['predict', ...args])
  expect(ended.err).toContain(sentence)
  expect(ended.err.trimEnd().split('\n')).toHaveLength(1)
  expect(ended.code).toBe(code)
})
