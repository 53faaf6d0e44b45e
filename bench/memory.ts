/**
 * The memory that jobs need, beside the estimates: `node bench/memory.ts [ALGORITHM …]`, printed and written to bench/results.md.
 * Each job is one invocation of the bundle as it is deployed, in a process of its own, on a dataset in an S3 in this process.
 */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startStack } from '../local/stack.ts'
import { bundle } from '../scripts/bundle.ts'
import { tasksOf } from '../shared/algorithms/descriptor.ts'
import { neededFor } from '../shared/algorithms/estimate.ts'
import { algorithms, anyEstimatorFor } from '../shared/algorithms/index.ts'
import { algorithmNames } from '../shared/algorithms/names.ts'
import { jobKeys } from '../shared/job-store/keys.ts'
import { completedResult } from '../shared/jobs/result.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { madeUp, madeUpNumbers } from './made-up.ts'
import { markdownTable } from './markdown-table.ts'
import { type MemoryCase, memoryCases } from './memory-cases.ts'
import { updateSection } from './results-section.ts'

const THREADS = 2
const COLUMNS = ['job', 'rows x columns', 'at least, MiB', 'likely, MiB', 'peak, MiB', 'likely / peak']

const asked = process.argv.slice(2)
const printRow = markdownTable(COLUMNS, console.log)
const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
const stack = await startStack({ directory: join(folder, 'stack'), runJobs: false })
const store = connectObjectStore(stack.aws)
const bucket = store.bucket(stack.environment.ARTIFACT_BUCKET)
try {
  await bundle('train', folder)
  // Of the bundle's packages DuckDB is one that it finds there.
  await symlink(join(import.meta.dirname, '..', 'node_modules'), join(folder, 'node_modules'))
  for (const algorithm of algorithmNames.filter((name) => asked.length === 0 || asked.includes(name))) {
    const cases = tasksOf(algorithms[algorithm]).flatMap((task) => memoryCases(algorithm, task))
    for (const memoryCase of cases) {
      const row = await measure(memoryCase)
      printRow(row)
      await updateSection('The memory of a job, beside the estimates', COLUMNS, [row], 2)
    }
  }
} finally {
  store.close()
  await stack.close()
  await rm(folder, { recursive: true })
}

async function measure({ algorithm, task, rows, columns, format, hyperparameters }: MemoryCase) {
  const { features, target } = (task === 'regression' ? madeUpNumbers : madeUp)(rows, columns)
  const path = `made-up.${format}`
  const text = csv(features.values, target, rows, columns)
  await bucket.put(`datasets/${path}`, format === 'csv' ? text : await parquet(text))
  const peak = await peakOf({ algorithm, task, dataset_path: path, hyperparameters })
  const shape = {
    rows: Math.floor(0.8 * rows),
    allRows: rows,
    columns,
    classCount: task === 'regression' ? 1 : 3,
  }
  const estimate = anyEstimatorFor(algorithm, task).trainer(hyperparameters).estimate(shape, THREADS)
  const needed = neededFor(shape, estimate)
  const likely = needed.likelyBytes / 2 ** 20
  return [
    [algorithm, task === 'regression' && 'numbers', format === 'parquet' && 'Parquet']
      .filter(Boolean)
      .join(', '),
    `${rows} x ${columns}`,
    (needed.memoryBytes / 2 ** 20).toFixed(0),
    likely.toFixed(0),
    peak.toFixed(0),
    (likely / peak).toFixed(2),
  ]
}

/** The same data as DuckDB writes them. */
async function parquet(csv: Buffer): Promise<Buffer> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const [from, to] = ['made-up.csv', 'made-up.parquet'].map((name) => join(folder, name))
  await writeFile(from, csv)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`copy (select * from read_csv('${from}')) to '${to}' (format parquet)`)
  connection.closeSync()
  instance.closeSync()
  return readFile(to)
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
