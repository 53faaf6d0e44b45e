import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FunctionHost, startFunction } from '../../../local/lambda/function-host.ts'
import { bundle, type FunctionName } from '../../../scripts/bundle.ts'
import { jobKeys } from '../../../shared/job-store/keys.ts'
import { testStack } from '../../support/stack.ts'
import { chosenPackages, layOutImage } from './lay-out-image.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('the files that the Dockerfile copies train: from CSV, from Parquet, and with TensorFlow.js', {
  tags: 'long',
  timeout: 120_000,
}, async () => {
  const handler = await layOutImage(folder)
  const worker = await testStack()
  const { bucket } = worker
  let image: FunctionHost | undefined
  try {
    await bucket.put('datasets/flowers.parquet', await parquet())
    image = startFunction({
      name: 'train',
      handler,
      root: folder,
      environment: { ...worker.stack.environment, PATH: process.env.PATH ?? '' },
      timeoutSeconds: 120,
      memoryMb: 3008,
      concurrency: 1,
      onLine: () => undefined,
    })
    const jobs = [
      { job_id: 'forest', algorithm: 'random_forest', dataset_path: 'iris' },
      {
        job_id: 'parquet',
        algorithm: 'decision_tree',
        dataset_path: `${bucket.name}/datasets/flowers.parquet`,
      },
      {
        job_id: 'tfjs',
        algorithm: 'dnn',
        dataset_path: 'iris',
        hyperparameters: { engine: 'tfjs', epochs: 2 },
      },
    ]
    await worker.stack.seed()
    for (const job of jobs) {
      const record = {
        messageId: job.job_id,
        eventSource: 'aws:sqs',
        body: JSON.stringify(job),
        attributes: { ApproximateReceiveCount: '1' },
      }
      expect(await image.invoke({ Records: [record] })).toEqual({ batchItemFailures: [] })
      expect(await bucket.getJson(jobKeys.result(job.job_id))).toMatchObject({ status: 'completed' })
    }
  } finally {
    await image?.close()
    await worker.close()
  }
})

test('the image has the packages that the bundle leaves out, and what they need, not the local stack', async () => {
  const paths = await chosenPackages(join(folder, 'chosen'))
  const names = paths.map((path) => path.slice('node_modules/'.length))
  expect(names).toEqual(
    expect.arrayContaining([
      '@duckdb/node-api',
      '@duckdb/node-bindings',
      '@tensorflow/tfjs-core',
      'seedrandom',
    ]),
  )
  const unwanted = ['fauxqs', 'mingo', 'prom-client', 'commander', 'vega', 'mongodb', 'zod', 'esbuild']
  expect(names.filter((name) => unwanted.includes(name) || name.startsWith('@aws-sdk/'))).toEqual([])
})

async function parquet(): Promise<Uint8Array> {
  const path = join(folder, 'flowers.parquet')
  const database = await DuckDBInstance.create(':memory:')
  const connection = await database.connect()
  await connection.run(
    `copy (select i % 7 as size, i % 2 as wet, if(i % 7 > 3, 'rose', 'tulip') as flower from range(90) t(i)) to '${path}' (format parquet)`,
  )
  connection.closeSync()
  database.closeSync()
  return readFile(path)
}

const heavy = /node_modules\/(@duckdb|@tensorflow|vega|onnx-proto|ml-)/
const heavyOrMongo = /node_modules\/(@duckdb|@tensorflow|vega|onnx-proto|ml-|mongodb|bson)/

test.each<[FunctionName, RegExp, number]>([
  ['train', heavyOrMongo, 1_500_000],
  ['register', heavy, 2_000_000],
  ['seed', heavy, 2_000_000],
])('%s starts without what is heavy, and its zip is small', async (name, unwanted, most) => {
  const { metafile, compressedBytes } = await bundle(name, join(folder, 'bundles'))
  expect(compressedBytes).toBeLessThanOrEqual(most)
  const entry = Object.keys(metafile.outputs).find((file) => file.endsWith(`${name}/index.mjs`)) ?? ''
  const atStart = new Set<string>()
  const follow = (file: string) => {
    if (atStart.has(file)) return
    atStart.add(file)
    for (const { path, kind } of metafile.outputs[file]?.imports ?? []) {
      if (kind === 'import-statement') follow(path)
    }
  }
  follow(entry)
  const packages = [...atStart].flatMap((file) => [
    file,
    ...Object.keys(metafile.outputs[file]?.inputs ?? {}),
  ])
  expect(packages.length).toBeGreaterThan(20)
  expect(packages.filter((path) => unwanted.test(path) || /^(@duckdb|@tensorflow)/.test(path))).toEqual([])
})
