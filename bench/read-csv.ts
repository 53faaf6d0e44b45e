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
import { median } from './median.ts'
import { type Ours, runPeer } from './ours.ts'

const read = z.object({
  seconds: z.number(),
  cpu: z.number(),
  /** MiB. */
  peak: z.number(),
  rows: z.number(),
  total: z.number(),
})
/** What one read took, and the sum of all numbers. */
export type Read = z.infer<typeof read>

type Figure = 'seconds' | 'cpu' | 'peak'

const repeats = 5

type File = {
  readonly name: string
  readonly rows: number
  readonly head: string
  readonly line: (i: number) => string
}

const files: readonly File[] = [
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

/** Prints a table in Markdown. Without Python, ours alone. */
export async function measureReadCsv(
  ours: Ours,
  python: string | undefined,
  print: (line: string) => void,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-bench-'))
  try {
    print('| file | MB | ours, all threads: s, CPU s, MiB | ours, 1 thread | pandas | time | CPU | peak |')
    print('|---|---|---|---|---|---|---|---|')
    for (const [k, { name, rows, head, line }] of files.entries()) {
      const path = join(folder, `${k}.csv`)
      await write(path, head, line, rows)
      const megabytes = ((await stat(path)).size / 1e6).toFixed(0)
      const all: Read[] = []
      const one: Read[] = []
      const peer: Read[] = []
      for (let n = 0; n < repeats; n++) {
        all.push(read.parse(await ours.run('read-csv', path, availableParallelism())))
        one.push(read.parse(await ours.run('read-csv', path, 1)))
        if (python !== undefined) peer.push(read.parse(await runPeer(python, 'read_csv.py', path)))
      }
      const mine = `| ${name} | ${megabytes} | ${figures(all)} | ${figures(one)} |`
      if (peer.length === 0) {
        print(`${mine} | | | |`)
        continue
      }
      const equal =
        all[0].rows === peer[0].rows &&
        Math.abs(all[0].total - peer[0].total) <= 1e-9 * Math.abs(peer[0].total)
      const ratio = (of: Figure) => (middle(all, of) / middle(peer, of)).toFixed(2)
      const time = equal ? ratio('seconds') : 'differs'
      print(`${mine} ${figures(peer)} | ${time} | ${ratio('cpu')} | ${ratio('peak')} |`)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function middle(outcomes: readonly Read[], of: Figure): number {
  return median(outcomes.map((outcome) => outcome[of]))
}

function figures(outcomes: readonly Read[]): string {
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
