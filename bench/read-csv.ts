/**
 * Reading CSV files into columns: ours beside pandas', each run in a process of its own, turn by turn, median of 5.
 *
 *   node bench/read-csv.ts [PYTHON]
 *
 * PYTHON is an interpreter with pandas ("python3" by default); without pandas ours is shown alone. `seconds` is the
 * read alone, `cpu` the processor time of all its threads, `peak` the most memory that the whole process held. Modules
 * are imported before, on both sides: ours, its kernel compiled, into its threads, too, which a job starts while its
 * dataset is still being fetched. Ours is bundled as the train function is. Where rows or the sum of all numbers differ,
 * the line says so and does not count.
 */
import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { expectTable, readTable } from '../shared/tabular/read-table.ts'

type Outcome = { seconds: number; cpu: number; peak: number; rows: number; total: number }

type Figure = 'seconds' | 'cpu' | 'peak'

const repeats = 5

if (process.argv[2] === '--read') await readOnce(process.argv[3], Number(process.argv[4]))
else await main(process.argv[2] ?? 'python3')

async function readOnce(path: string, threads: number): Promise<void> {
  await import('../shared/tabular/read-plain-csv.ts')
  expectTable((await stat(path)).size, threads)
  await setTimeout(300)
  const used = process.cpuUsage()
  const start = performance.now()
  const { table } = await readTable(path, undefined, threads)
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(used)
  const cpu = (user + system) / 1e6
  const peak = process.resourceUsage().maxRSS / 1024
  let total = 0
  for (const column of table.columns) {
    if (column.kind === 'number') for (const value of column.values) total += Number.isNaN(value) ? 0 : value
  }
  console.log(JSON.stringify({ seconds, cpu, peak, rows: table.rows, total } satisfies Outcome))
}

async function main(python: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
  try {
    const reader = await bundled(folder)
    const files: [string, (i: number) => string, string][] = [
      ['500,000 x 21, six decimals', (i) => row(20, i, (x) => x.toFixed(6)), header(20, 'target')],
      ['250,000 x 21, all digits', (i) => row(20, i, String), header(20, 'target')],
      [
        '250,000 x 21, one of text',
        (i) => `${row(19, i, (x) => x.toFixed(6))},${['red', 'green', 'blue'][i % 3]}`,
        header(20, 'colour'),
      ],
    ]
    const rows = [500_000, 250_000, 250_000]
    console.log(
      '| file | MB | ours, all threads: s, CPU s, MiB | ours, 1 thread | pandas | time | CPU | peak |',
    )
    console.log('|---|---|---|---|---|---|---|---|')
    for (const [k, [name, line, head]] of files.entries()) {
      const path = join(folder, `${k}.csv`)
      await write(path, head, line, rows[k])
      const megabytes = ((await stat(path)).size / 1e6).toFixed(0)
      const ours: Outcome[] = []
      const alone: Outcome[] = []
      const peer: (Outcome | undefined)[] = []
      for (let n = 0; n < repeats; n++) {
        ours.push(run(process.execPath, [reader, '--read', path, String(availableParallelism())]))
        alone.push(run(process.execPath, [reader, '--read', path, '1']))
        peer.push(pandas(python, path))
      }
      const theirs = peer.filter((outcome) => outcome !== undefined)
      const mine = `| ${name} | ${megabytes} | ${figures(ours)} | ${figures(alone)} |`
      if (theirs.length < repeats) {
        console.log(`${mine} no pandas | | | |`)
        continue
      }
      const equal =
        ours[0].rows === theirs[0].rows &&
        Math.abs(ours[0].total - theirs[0].total) <= 1e-9 * Math.abs(theirs[0].total)
      const ratio = (of: Figure) => (median(ours, of) / median(theirs, of)).toFixed(2)
      const time = equal ? ratio('seconds') : 'differs'
      console.log(`${mine} ${figures(theirs)} | ${time} | ${ratio('cpu')} | ${ratio('peak')} |`)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** This file with the reader, its threads and its kernel, in `folder`. */
async function bundled(folder: string): Promise<string> {
  const { build } = await import('esbuild')
  const kernels = join(import.meta.dirname, '..', 'shared', 'algorithms', 'kernels')
  await build({
    entryPoints: { read: import.meta.filename, thread: join(kernels, 'thread.ts') },
    outdir: folder,
    external: ['esbuild', '@duckdb/node-api', '@tensorflow/*'],
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
  })
  await copyFile(join(kernels, 'plain-csv.wasm'), join(folder, 'plain-csv.wasm'))
  return join(folder, 'read.mjs')
}

function run(command: string, args: string[]): Outcome {
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }))
}

/** pandas' outcome, or undefined where there is no Python with pandas. */
function pandas(python: string, path: string): Outcome | undefined {
  try {
    return run(python, [join(import.meta.dirname, 'peers', 'read_csv.py'), path])
  } catch (error) {
    console.error(
      `pandas could not be run with ${python}: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    )
    return undefined
  }
}

function median(outcomes: readonly Outcome[], of: Figure): number {
  return outcomes.map((outcome) => outcome[of]).sort((a, b) => a - b)[Math.floor(outcomes.length / 2)]
}

function figures(outcomes: readonly Outcome[]): string {
  const seconds = median(outcomes, 'seconds').toFixed(3)
  return `${seconds}, ${median(outcomes, 'cpu').toFixed(3)}, ${median(outcomes, 'peak').toFixed(0)}`
}

function header(features: number, last: string): string {
  return `${Array.from({ length: features }, (_, j) => `f${j}`).join(',')},${last}`
}

/** Numbers that look random, the same in every run, and a class. */
function row(features: number, i: number, text: (x: number) => string): string {
  let line = ''
  for (let j = 0; j < features; j++) line += `${text(3 * Math.sin((i * features + j) ** 2 * 1e-3))},`
  return line + (i % 3)
}

async function write(path: string, head: string, line: (i: number) => string, rows: number): Promise<void> {
  const lines = function* () {
    yield `${head}\n`
    for (let i = 0; i < rows; i += 1000) {
      let block = ''
      for (let k = i; k < i + 1000; k++) block += `${line(k)}\n`
      yield block
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path))
}
