import { cp, link, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openModel, type PredictedBatch, predictFile } from '../../shared/models/predict.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { runCli, runCliHere } from '../support/cli.ts'
import { parityCsv } from '../support/parity-set.ts'
import { predictedLabels } from '../support/predicted-labels.ts'

const mixed = parityCsv('mixed')
const name = 'DefaultJob_decision_tree_mixed'
let folder: string
let lines: string[]

const withoutSettings = { AWS_ENDPOINT_URL: '', JOB_QUEUE_URL: '', MONGODB_URL: '' }
/** With something on standard input it is a process of its own. */
const run = (args: string[], input?: string) =>
  input === undefined
    ? runCliHere(args, withoutSettings, folder)
    : runCli(args, { cwd: folder, env: { ...process.env, ...withoutSettings }, input })

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
  const expected = predictedLabels(model, table)
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
  expect(await labelsOf(file)).toEqual(predictedLabels(model, table))
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

test('values that training did not have are reported on stderr and in the summary', async () => {
  const rows = lines
    .slice(1, 41)
    .map((line) => line.replace(/,(red|green|blue),/, (word) => word.toUpperCase()))
  rows[0] = rows[0].replace(/^[^,]*/, '1e9')
  const file = await inFolder('upper.csv', [lines[0], ...rows].join('\n'))
  const { code, out, err } = await run(['predict', './model', file, '--out', 'upper-out.csv', '--json'])
  expect(code).toBe(0)
  const unseen = rows.filter((row) => /,(RED|GREEN|BLUE),/.test(row)).length
  expect(JSON.parse(out).unknown).toMatchObject([
    { column: 'x0', unseen: 0, missing: 0, out_of_range: 1, examples: [1e9] },
    { column: 'colour', unseen, missing: 0, out_of_range: 0 },
  ])
  expect(err).toContain('Note: 2 columns of 7 have values that training did not:')
  expect(err).toMatch(
    new RegExp(`"colour": ${unseen} of 40 rows with an unknown category: .*the model knows "`),
  )
  expect(err).toMatch(/"x0": 1 of 40 rows outside .* … .*: 1000000000/)
  expect(err.indexOf('colour')).toBeLessThan(err.indexOf('x0'))
  const quiet = await run(['predict', './model', mixed, '--out', 'all.csv', '--json'])
  expect(quiet.err).toBe('')
  expect(JSON.parse(quiet.out).unknown).toEqual([])
})

test('--strict refuses values that training did not have, and writes nothing', async () => {
  const file = await inFolder('odd-colour.csv', `${lines[0]}\n${lines[1]}\n0,0,0,0,0,mauve,M,\n`)
  const refused = await run(['predict', './model', file, '--out', 'strict.csv', '--strict'])
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('Refused by --strict: the column "colour" has 1 of 2 rows')
  expect(refused.err.trimEnd().split('\n')).toHaveLength(1)
  await expect(readFile(join(folder, 'strict.csv'))).rejects.toThrow('ENOENT')
  const toStdout = await run(['predict', './model', file, '--strict'])
  expect(toStdout).toMatchObject({ code: 1, out: '' })
  const fine = await run(['predict', './model', mixed, '--strict'])
  expect(fine.out.trimEnd().split('\n')).toHaveLength(lines.length)
  expect(fine).toMatchObject({ code: 0, err: '' })
})

test('what is read is never written over, by whatever path', async () => {
  const body = lines.slice(0, 9).join('\n')
  const file = await inFolder('own.csv', body)
  await symlink(join(folder, file), join(folder, 'symbolic.csv'))
  await link(join(folder, file), join(folder, 'hard.csv'))
  await link(join(folder, file), join(folder, 'result.csv.part'))
  const model = await readFile(join(folder, 'model', 'model.json'), 'utf8')
  for (const out of ['own.csv', './model/../own.csv', 'symbolic.csv', 'hard.csv', 'result.csv']) {
    const { code, err } = await run(['predict', './model', file, '--out', out])
    expect(code).toBe(2)
    expect(err).toContain(`--out ${out} would overwrite the data that are being predicted`)
  }
  const overModel = await run(['predict', './model', file, '--out', 'model/model.json'])
  expect(overModel.code).toBe(2)
  expect(overModel.err).toContain('would overwrite the model')
  expect((await run(['predict', './model', file, '--out', 'model'])).code).toBe(2)
  expect(await readFile(join(folder, file), 'utf8')).toBe(body)
  expect(await readFile(join(folder, 'model', 'model.json'), 'utf8')).toBe(model)
})

test.each([
  ['a missing column', ['./model', 'lacking.csv'], 1, 'lack 2 columns that the model needs: "x4", "size"'],
  ['a text for a number', ['./model', 'text.csv'], 1, 'Line 2 of the data has "abc" in the column "x2"'],
  ['thousands', ['./model', 'thousands.csv'], 1, 'if commas group its thousands, set csv.thousands to ","'],
  ['a misspelt column', ['./model', 'misspelt.csv'], 1, '"colour" (did you mean "color"?)'],
  ['a column in another case', ['./model', 'cases.csv'], 1, '"size" (did you mean "Size"?)'],
  [
    'a name with a mark that is not seen',
    ['./model', 'invisible.csv'],
    1,
    '"x2" (the data have "x2\u200b", which differs invisibly: at character 3 the model has nothing, the data have U+200B)',
  ],
  [
    'a file without a header',
    ['./model', 'headless.csv'],
    1,
    'The first line looks like data: add a header line',
  ],
  ['too many fields', ['./model', 'wide.csv'], 1, 'Line 2 of the data has 9 fields'],
  ['an empty file', ['./model', 'empty.csv'], 1, 'is empty'],
  ['a file edited by hand', ['./edited', 'text.csv'], 1, 'is not the file that was trained'],
  ['no such model', ['no-such-name', 'text.csv'], 1, 'no-such-name'],
  ['no such folder', ['./nowhere', 'text.csv'], 2, 'no model at ./nowhere'],
  ['no such file', ['./model', 'nowhere.csv'], 2, 'no file nowhere.csv'],
])('%s ends in one clear sentence', async (_, args, code, sentence) => {
  await inFolder('lacking.csv', 'x0,x1,x2,x3,colour\n1,2,3,4,red\n')
  await inFolder('text.csv', 'x0,x1,x2,x3,x4,colour,size\n1,2,abc,4,5,red,M\n')
  await inFolder('thousands.csv', 'x0,x1,x2,x3,x4,colour,size\n1,2,"1,234",4,5,red,M\n')
  await inFolder('misspelt.csv', 'x0,x1,x2,x3,x4,color,size\n1,2,3,4,5,red,M\n')
  await inFolder('cases.csv', 'x0,x1,x2,x3,x4,colour,Size\n1,2,3,4,5,red,M\n')
  await inFolder('invisible.csv', 'x0,x1,x2\u200b,x3,x4,colour,size\n1,2,3,4,5,red,M\n')
  await inFolder('headless.csv', '1,2,3,4,5,red,M\n1,2,3,4,5,red,M\n')
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
