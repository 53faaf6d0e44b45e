/** A file of the training data's dialect is read by `predict` as the training data were, with nothing said of it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStoredModel } from '../../shared/models/open-stored-model.ts'
import { predictFile } from '../../shared/models/predict.ts'
import type { CsvOptions } from '../../shared/tabular/csv/options.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
let folder: string
beforeAll(async () => {
  worker = await testStack()
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(async () => {
  await worker.close()
  await rm(folder, { recursive: true })
})

const rows = (row: (i: number) => string) => Array.from({ length: 40 }, (_, i) => row(i)).join('\n')
const word = (i: number) => (i < 20 ? 'low' : 'high')

test.each<[string, CsvOptions, Buffer, Buffer]>([
  [
    'thousands',
    { thousands: ',' },
    Buffer.from(`p,y\n${rows((i) => `"${i},500",${word(i)}`)}\n`),
    Buffer.from('p\n"3,500"\n"30,500"\n'),
  ],
  [
    'a delimiter that is never found',
    { delimiter: '^' },
    Buffer.from(`p^q^y\n${rows((i) => `${i}^1^${word(i)}`)}\n`),
    Buffer.from('p^q\n3^1\n30^1\n'),
  ],
  [
    'no header',
    { header: false },
    Buffer.from(`${rows((i) => `${i},1,${word(i)}`)}\n`),
    Buffer.from('3,1\n30,1\n'),
  ],
  [
    'an encoding',
    { encoding: 'windows-1252' },
    Buffer.from(`größe,y\n${rows((i) => `${i},${word(i)}`)}\n`, 'latin1'),
    Buffer.from('größe\n3\n30\n', 'latin1'),
  ],
  [
    'a word for missing, and a comment',
    { na_values: '?', comment: '%' },
    Buffer.from(`p,q,y\n${rows((i) => `${i},${i % 4 ? 1 : '?'},${word(i)}`)}\n`),
    Buffer.from('p,q\n% now\n3,?\n30,?\n'),
  ],
  [
    'a dialect that one row would not tell',
    {},
    Buffer.from(`p;q;y\n${rows((i) => `${i}.500,25;1;${word(i)}`)}\n`),
    Buffer.from('p;q\n3.500;1\n30.500;1\n'),
  ],
])('%s', async (_, csv, training, content) => {
  const job = { algorithm: 'decision_tree', target_column: csv.header === false ? '2' : 'y', csv }
  const result = await worker.train(training, job)
  if (result.status === 'failed') throw new Error(result.error)
  const model = await openStoredModel(worker.bucket, result.model_id)
  const path = join(folder, 'new.csv')
  const predicted = async (bytes: Buffer | string) => {
    await writeFile(path, bytes)
    const told: string[] = []
    const batches = await Array.fromAsync(
      predictFile(model, path, { warn: (sentence) => told.push(sentence) }),
    )
    return { labels: batches.flatMap(({ labels }) => labels), told }
  }
  expect(await predicted(content)).toEqual({ labels: ['low', 'high'], told: [] })
  // A file of another dialect is found to be so.
  const names = model.manifest.signature.inputs.map(({ name }) => name)
  const other = names.map((_, j) => j)
  const plain = await predicted(`${names.join(',')}\n${[3, ...other.slice(1)].join(',')}\n`)
  expect(plain).toEqual({ labels: ['low'], told: [] })
})
