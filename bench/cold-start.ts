/**
 * How long each function's process takes from its start to the first line of its handler, and the memory that it holds
 * then: of the bundles as they are deployed, median of 9 processes.
 *
 *   node bench/cold-start.ts
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { bundle, type FunctionName, functionNames } from '../scripts/bundle.ts'
import { atMost, markdownTable } from './markdown-table.ts'
import { median } from './median.ts'

const RUNS = 9
const targets: Readonly<Record<FunctionName, { ms: number; mebibytes?: number }>> = {
  train: { ms: 500, mebibytes: 150 },
  register: { ms: 300 },
  seed: { ms: 300 },
  api: { ms: 500, mebibytes: 150 },
}

const environment = {
  PATH: process.env.PATH,
  ARTIFACT_BUCKET: 'bucket',
  JOB_QUEUE_URL: 'http://127.0.0.1:1/queue',
  MONGODB_URL: 'mongodb://127.0.0.1:1',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
}

const measured = z.object({ ms: z.number(), mebibytes: z.number() })

/** Prints a table. */
export async function measureColdStarts(print: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
  try {
    const printRow = markdownTable(
      ['function', 'zip, MB', 'start to handler, ms', 'target', 'memory then, MiB', 'target'],
      print,
    )
    for (const name of functionNames) {
      const { compressedBytes } = await bundle(name, folder)
      const runs = Array.from({ length: RUNS }, () => startOnce(join(folder, name, 'index.mjs')))
      printRow([
        name,
        (compressedBytes / 1e6).toFixed(2),
        median(runs.map(({ ms }) => ms)).toFixed(0),
        atMost(targets[name].ms),
        median(runs.map(({ mebibytes }) => mebibytes)).toFixed(0),
        atMost(targets[name].mebibytes),
      ])
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Starts a process that loads the handler and ends. */
function startOnce(file: string) {
  const script = `const { handler } = await import(${JSON.stringify(file)})
if (typeof handler !== 'function') throw new Error('There is no handler.')
console.log(JSON.stringify({ ms: performance.now(), mebibytes: process.memoryUsage.rss() / 2 ** 20 }))
process.exit()`
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: environment,
  })
  return measured.parse(JSON.parse(out))
}

if (import.meta.main) await measureColdStarts(console.log)
