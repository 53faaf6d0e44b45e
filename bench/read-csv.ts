/**
 * Reading CSV files into columns: ours beside pandas', each run in a process of its own, turn by turn, median of 5.
 *
 * `seconds` is the read alone, `cpu` the processor time of all its threads, `peak` the most memory that the whole process
 * held. Modules are imported before, on both sides: ours, its kernel compiled, into its threads, too, which a job starts
 * while its dataset is still being fetched. Where rows or the sum of all numbers differ, the line says so and does not
 * count.
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { atMost, markdownTable, ratio } from './markdown-table.ts'
import { median } from './median.ts'
import { type OursRunner, runPeer } from './runners.ts'

const csvRead = z.object({
  seconds: z.number(),
  cpu: z.number(),
  /** MiB. */
  peak: z.number(),
  rows: z.number(),
  total: z.number(),
})
/** What one read took, and the sum of all numbers. */
export type CsvRead = z.infer<typeof csvRead>

type Figure = 'seconds' | 'cpu' | 'peak'

/** The largest ratios of ours to pandas' that are aimed at. */
const TARGET_RATIOS = { seconds: 0.5, peak: 0.7 }

const REPEATS = 5

type CsvCase = {
  readonly name: string
  readonly rows: number
  readonly head: string
  readonly line: (i: number) => string
}

const csvCases: readonly CsvCase[] = [
  {
    name: '500,000 x 21, six decimals',
    rows: 500_000,
    head: header(20, 'target'),
    line: (i) => row(20, i, (x) => x.toFixed(6)),
  },
  {
    name: '250,000 x 21, all digits',
    rows: 250_000,
    head: header(20, 'target'),
    line: (i) => row(20, i, String),
  },
  {
    name: '250,000 x 21, one of text',
    rows: 250_000,
    head: header(20, 'colour'),
    line: (i) => `${row(19, i, (x) => x.toFixed(6))},${['red', 'green', 'blue'][i % 3]}`,
  },
]

/** Prints a table. Without Python, ours alone. */
export async function measureReadCsv(
  runner: OursRunner,
  python: string | undefined,
  print: (line: string) => void,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
  try {
    const printRow = markdownTable(
      [
        'file',
        'MB',
        'ours, all threads: s, CPU s, MiB',
        'ours, 1 thread',
        'pandas',
        'time',
        'target',
        'CPU',
        'peak',
        'target',
      ],
      print,
    )
    for (const [k, csvCase] of csvCases.entries()) {
      const path = join(folder, `${k}.csv`)
      await write(path, csvCase)
      const { all, one, peer } = await measureCase(runner, python, path)
      const compare = (of: Figure) => ratio(middle(all, of), peer.length === 0 ? undefined : middle(peer, of))
      printRow([
        csvCase.name,
        ((await stat(path)).size / 1e6).toFixed(0),
        figures(all),
        figures(one),
        peer.length === 0 ? undefined : figures(peer),
        peer.length === 0 || isSame(all[0], peer[0]) ? compare('seconds') : 'differs',
        atMost(TARGET_RATIOS.seconds),
        compare('cpu'),
        compare('peak'),
        atMost(TARGET_RATIOS.peak),
      ])
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Ours with all threads and with one, and the peer's, turn by turn. */
async function measureCase(runner: OursRunner, python: string | undefined, path: string) {
  const all: CsvRead[] = []
  const one: CsvRead[] = []
  const peer: CsvRead[] = []
  for (let n = 0; n < REPEATS; n++) {
    all.push(csvRead.parse(await runner.run('read-csv', path, availableParallelism())))
    one.push(csvRead.parse(await runner.run('read-csv', path, 1)))
    if (python !== undefined) peer.push(csvRead.parse(await runPeer(python, 'read_csv.py', path)))
  }
  return { all, one, peer }
}

const isSame = (ours: CsvRead, peer: CsvRead) =>
  ours.rows === peer.rows && Math.abs(ours.total - peer.total) <= 1e-9 * Math.abs(peer.total)

function middle(outcomes: readonly CsvRead[], of: Figure): number {
  return median(outcomes.map((outcome) => outcome[of]))
}

function figures(outcomes: readonly CsvRead[]): string {
  const seconds = middle(outcomes, 'seconds').toFixed(3)
  return `${seconds}, ${middle(outcomes, 'cpu').toFixed(3)}, ${middle(outcomes, 'peak').toFixed(0)}`
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

async function write(path: string, { head, line, rows }: CsvCase): Promise<void> {
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
