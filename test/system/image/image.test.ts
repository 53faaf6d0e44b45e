import { glob, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exitCodes } from '../../../functions/work/exit-codes.ts'
import { type FunctionHost, startFunction } from '../../../local/lambda/function-host.ts'
import { bundle, type FunctionName } from '../../../scripts/bundle.ts'
import { acceptJob } from '../../../shared/job-store/accept.ts'
import { jobKeys } from '../../../shared/job-store/keys.ts'
import { modelId } from '../../../shared/jobs/ids.ts'
import { readMessage } from '../../../shared/jobs/parse-message.ts'
import { lazy } from '../../../shared/runtime/lazy.ts'
import { modelKey } from '../../../shared/storage/keys.ts'
import { testStack, until } from '../../support/stack.ts'
import { startWorker } from '../../support/worker-process.ts'
import { chosenPackages, layOutImage } from './lay-out-image.ts'

let folder: string
/** Laid out by the first test that needs it. */
const image = lazy(() => layOutImage(folder))
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('the files that the Dockerfile copies train: from CSV, from Parquet, and with TensorFlow.js', {
  tags: 'long',
  timeout: 240_000,
}, async () => {
  const { handler } = await image()
  const worker = await testStack()
  const { bucket } = worker
  let train: FunctionHost | undefined
  try {
    await bucket.put('datasets/flowers.parquet', await parquet())
    train = startFunction({
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
      expect(await train.invoke({ Records: [record] })).toEqual({ batchItemFailures: [] })
      expect(await bucket.getJson(jobKeys.result(job.job_id))).toMatchObject({ status: 'completed' })
    }
  } finally {
    await train?.close()
    await worker.close()
  }
})

test('the entry point is driven as a container is: a job by its id, stopped, and continued to the same bytes', {
  tags: 'long',
  timeout: 240_000,
}, async () => {
  const { entryPoint } = await image()
  const worker = await testStack({ runJobs: false })
  const environment = { ...worker.stack.environment, LAMBDA_TASK_ROOT: folder }
  const start = (...args: string[]) => startWorker(args, environment, ['sh', entryPoint, 'work'])
  const accept = async (job_id: string) => {
    const job = { algorithm: 'dnn', dataset_path: 'wine', hyperparameters: { epochs: 6000 } }
    await acceptJob(worker.bucket, job_id, readMessage(JSON.stringify({ job_id, ...job })))
  }
  const modelOf = (job_id: string) => worker.bucket.get(modelKey(modelId(job_id), 'model.json'))
  try {
    await worker.stack.seed()
    await accept('whole')
    expect(await start('--job', 'whole').ended).toMatchObject({ code: exitCodes.done })
    await accept('stopped')
    const first = start('--job', 'stopped')
    await until(() => worker.bucket.exists(jobKeys.status('stopped')), 'the fit')
    first.stop()
    expect(await first.ended).toMatchObject({ code: exitCodes.interrupted })
    expect(await start('--job', 'stopped').ended).toMatchObject({ code: exitCodes.done })
    expect(await modelOf('stopped')).toEqual(await modelOf('whole'))
    expect(await start('--job', 'unknown').ended).toMatchObject({ code: exitCodes.wrong })
  } finally {
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

test('what the image adds to its base is far below 250 MB without the native engine', async () => {
  const installed = await chosenPackages(join(folder, 'weighed'))
  await bundle('train', join(folder, 'weighed'))
  let bytes = await weigh(join(folder, 'weighed', 'train'))
  for (const path of installed) if (!path.endsWith('/tfjs-node')) bytes += await weigh(path)
  // Packages that are missing here would make it small.
  expect(bytes).toBeGreaterThan(80_000_000)
  expect(bytes).toBeLessThan(200_000_000)
})

/** The bytes of a folder's files that are in the image; none where the package is not for this machine. */
async function weigh(directory: string): Promise<number> {
  let bytes = 0
  for await (const file of glob(join(directory, '**/*'), { exclude: ['**/*.map'] })) {
    const found = await stat(file)
    if (found.isFile()) bytes += found.size
  }
  return bytes
}

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
