/**
 * The memory that jobs need, beside the estimates: `node bench/memory.ts [ALGORITHM …]`. Each job is one invocation of the
 * bundle as it is deployed, in a process of its own, on a CSV in an S3 in this process.
 */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startStack } from '../local/stack.ts'
import { bundle } from '../scripts/bundle.ts'
import { neededFor } from '../shared/algorithms/estimate.ts'
import { anyEstimatorFor } from '../shared/algorithms/index.ts'
import { type AlgorithmName, algorithmNames } from '../shared/algorithms/names.ts'
import { jobKeys } from '../shared/job-store/keys.ts'
import { completedResult } from '../shared/jobs/result.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { madeUp, madeUpNumbers } from './made-up.ts'
import { markdownTable } from './markdown-table.ts'

type Size = readonly [rows: number, columns: number]
const usual: readonly Size[] = [
  [300_000, 20],
  [50_000, 200],
]
/** What takes long on many rows. */
const others: Partial<Record<AlgorithmName, readonly Size[]>> = {
  svm: [
    [5_000, 20],
    [8_000, 1000],
  ],
  k_neighbors: [
    [60_000, 10],
    [10_000, 500],
  ],
  cnn: [
    [50_000, 64],
    [20_000, 784],
  ],
}
const hyperparameters: Partial<Record<AlgorithmName, Record<string, unknown>>> = {
  random_forest: { n_estimators: 10 },
  extra_trees: { n_estimators: 10 },
  gradient_boosting: { max_iter: 10 },
  dnn: { epochs: 1 },
  cnn: { epochs: 1 },
}
const THREADS = 2

const asked = process.argv.slice(2)
const printRow = markdownTable(
  ['algorithm', 'rows x columns', 'at least, MiB', 'likely, MiB', 'peak, MiB', 'likely / peak'],
  console.log,
)
const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
const stack = await startStack({ directory: join(folder, 'stack'), runJobs: false })
const store = connectObjectStore(stack.aws)
const bucket = store.bucket(stack.environment.ARTIFACT_BUCKET)
try {
  await bundle('train', folder)
  for (const algorithm of algorithmNames.filter((name) => asked.length === 0 || asked.includes(name))) {
    for (const size of others[algorithm] ?? usual) await measure(algorithm, size)
  }
} finally {
  store.close()
  await stack.close()
  await rm(folder, { recursive: true })
}

async function measure(algorithm: AlgorithmName, [rows, columns]: Size): Promise<void> {
  const task = algorithm === 'linear_regression' ? 'regression' : 'classification'
  const { features, target } = (task === 'regression' ? madeUpNumbers : madeUp)(rows, columns)
  await bucket.put('datasets/made-up.csv', csv(features.values, target, rows, columns))
  const given = hyperparameters[algorithm] ?? {}
  const peak = await peakOf({ algorithm, task, dataset_path: 'made-up.csv', hyperparameters: given })
  const shape = {
    rows: Math.floor(0.8 * rows),
    allRows: rows,
    columns,
    classCount: task === 'regression' ? 1 : 3,
  }
  const estimate = anyEstimatorFor(algorithm, task).trainer(given).estimate(shape, THREADS)
  const needed = neededFor(shape, estimate)
  const likely = needed.likelyBytes / 2 ** 20
  printRow([
    algorithm,
    `${rows} x ${columns}`,
    (needed.memoryBytes / 2 ** 20).toFixed(0),
    likely.toFixed(0),
    peak.toFixed(0),
    (likely / peak).toFixed(2),
  ])
}

function csv(values: Float64Array, target: ArrayLike<number>, rows: number, columns: number): Buffer {
  const pieces = [Buffer.from(`${Array.from({ length: columns }, (_, j) => `x${j}`).join(',')},y\n`)]
  for (let first = 0; first < rows; first += 1000) {
    const lines: string[] = []
    for (let i = first; i < Math.min(rows, first + 1000); i++) {
      const row = Array.from({ length: columns }, (_, j) => values[j * rows + i].toFixed(4))
      lines.push(`${row.join(',')},${target[i]}\n`)
    }
    pieces.push(Buffer.from(lines.join('')))
  }
  return Buffer.concat(pieces)
}

/** MiB of the process at its highest. */
async function peakOf(job: object): Promise<number> {
  const jobId = randomUUID()
  const record = {
    messageId: jobId,
    eventSource: 'aws:sqs',
    body: JSON.stringify({ ...job, job_id: jobId }),
    attributes: { ApproximateReceiveCount: '1' },
  }
  const script = `const { handler } = await import(${JSON.stringify(join(folder, 'train', 'index.mjs'))})
const context = { awsRequestId: '${jobId}', getRemainingTimeInMillis: () => 900_000 }
await handler(${JSON.stringify({ Records: [record] })}, context)
process.stderr.write('peak ' + process.resourceUsage().maxRSS / 1024)
process.exit()`
  const env = { ...process.env, ...stack.environment, TENSORFLEET_THREADS: String(THREADS) }
  const file = join(folder, 'one-job.mjs')
  await writeFile(file, script)
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { env, maxBuffer: 2 ** 26 })
  if (!(await bucket.exists(jobKeys.result(jobId)))) throw new Error(stdout + stderr)
  completedResult.parse(await bucket.getJson(jobKeys.result(jobId)))
  return Number(/peak ([\d.]+)/.exec(stderr)?.[1])
}
