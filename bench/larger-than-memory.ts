/**
 * Jobs whose data are larger than the worker's memory: `node bench/larger-than-memory.ts --gb 5 --memory 1536`. Makes the data,
 * as CSV files of some 100 MB in an S3 on this machine, and prints a table of what a worker needs that may use so much
 * memory, and, with `--python PYTHON`, what pandas with scikit-learn's partial_fit and LightGBM need. `--fit NAME` takes only that
 * algorithm, and may be repeated. Not a part of `npm run bench`, as it
 * takes some ten minutes and four times as much disk as the data.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { z } from 'zod'
import { startStack } from '../local/stack.ts'
import { bundleFiles, thread } from '../scripts/bundle.ts'
import { randomState } from '../shared/data/random.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'
import { markdownTable } from './markdown-table.ts'

const COLUMNS = 100
const FILE_BYTES = 100 * 2 ** 20

const run = promisify(execFile)
const { values } = parseArgs({
  options: {
    gb: { type: 'string', default: '5' },
    memory: { type: 'string', default: '1536' },
    python: { type: 'string' },
    fit: { type: 'string', multiple: true, default: ['logistic_regression', 'gradient_boosting'] },
  },
})

const measured = z.object({
  seconds: z.number(),
  /** Of the process, at its highest. */
  peakMb: z.number(),
  accuracy: z.number(),
  rows: z.number().optional(),
  phases: z.record(z.string(), z.number()).optional(),
})

type Peer = { readonly name: string; readonly what: string }
const peersOf: Readonly<Record<string, readonly Peer[]>> = {
  logistic_regression: [
    { name: 'partial-fit', what: 'pandas in pieces, SGDClassifier.partial_fit, one pass' },
    { name: 'whole-logistic', what: 'pandas, scikit-learn LogisticRegression' },
  ],
  gradient_boosting: [{ name: 'lightgbm', what: 'LightGBM from the files, two_round' }],
}

const printRow = markdownTable(
  ['fit', 'who', 'test accuracy', 'seconds', 'of which prepare, train, evaluate', 'peak memory, MiB'],
  console.log,
)
/** A bundle, as it is deployed: sources take some 100 MiB more. */
const entries = { job: join(import.meta.dirname, 'ours', 'streamed-job.ts'), thread }
const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
const stack = await startStack({ directory: join(folder, 'stack'), runJobs: false })
const store = connectObjectStore(stack.aws)
try {
  const bytes = Number(values.gb) * 1e9
  await bundleFiles(entries, join(folder, 'ours'))
  // Of the bundle's packages DuckDB is one that it finds there.
  await symlink(join(import.meta.dirname, '..', 'node_modules'), join(folder, 'node_modules'))
  const files = await makeData(bytes)
  for (const algorithm of values.fit)
    print(algorithm, `TensorFleet with ${values.memory} MiB`, await runOurs(algorithm))
  for (const algorithm of values.python ? values.fit : [])
    for (const peer of peersOf[algorithm]) print(algorithm, ...(await runPeer(peer, files)))
} finally {
  store.close()
  await stack.close()
  await rm(folder, { recursive: true })
}

/** Rows of random numbers with all their digits, as pandas writes them, and a class that some of them tell. */
async function makeData(bytes: number): Promise<string[]> {
  const bucket = store.bucket(stack.environment.ARTIFACT_BUCKET)
  const files: string[] = []
  const random = randomState(7)
  let written = 0
  while (written < bytes) {
    const path = join(folder, `part-${String(files.length).padStart(4, '0')}.csv`)
    const file = createWriteStream(path)
    file.write(`${Array.from({ length: COLUMNS }, (_, j) => `x${j}`).join(',')},y\n`)
    for (let size = 0; size < Math.min(FILE_BYTES, bytes - written); ) {
      const lines = Array.from({ length: 1000 }, () => line(random)).join('')
      size += lines.length
      if (!file.write(lines)) await once(file, 'drain')
    }
    file.end()
    await once(file, 'finish')
    written += (await stat(path)).size
    await bucket.upload(`datasets/large/${files.length.toString().padStart(4, '0')}.csv`, path)
    files.push(path)
  }
  console.error(`${files.length} files of ${(written / 1e9).toFixed(2)} GB in all.`)
  return files
}

function line(random: ReturnType<typeof randomState>): string {
  const x = Array.from({ length: COLUMNS }, () => random.double())
  const signal = 3 * (x[0] + x[1] - x[2] - x[3]) + 4 * (x[4] - 0.5) * (x[5] - 0.5)
  return `${x.join(',')},${signal + 2 * (random.double() - 0.5) > 0 ? 1 : 0}\n`
}

async function runOurs(algorithm: string): Promise<z.infer<typeof measured>> {
  const script = join(folder, 'ours', 'job.mjs')
  const env = { ...process.env, ...stack.environment, TENSORFLEET_MEMORY_MB: values.memory }
  const { stdout, stderr } = await run(process.execPath, [script, algorithm], { env, maxBuffer: 2 ** 26 })
  console.error(stderr)
  return measured.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
}

async function runPeer(
  { name, what }: Peer,
  files: readonly string[],
): Promise<[string, z.infer<typeof measured>]> {
  const script = join(import.meta.dirname, 'peers', 'larger_than_memory.py')
  // Threads that wait by spinning take each other's time where other work is done, too.
  const env = { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' }
  const { stdout } = await run(values.python ?? 'python3', [script, name, ...files], {
    env,
    maxBuffer: 2 ** 26,
  })
  return [what, measured.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))]
}

function print(
  algorithm: string,
  who: string,
  { accuracy, seconds, phases, peakMb }: z.infer<typeof measured>,
) {
  const parts = ['prepare', 'train', 'evaluate'].map((phase) => phases?.[phase]?.toFixed(0))
  printRow([
    algorithm,
    who,
    accuracy.toFixed(4),
    seconds.toFixed(0),
    phases === undefined ? undefined : parts.join(', '),
    peakMb.toFixed(0),
  ])
}
