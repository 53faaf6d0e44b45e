/** How time and memory grow with the rows, up to a million of 20 columns. Ours alone: its peer is n log n. */
import { z } from 'zod'
import type { AlgorithmName } from '../shared/algorithms/names.ts'
import { atMost, markdownTable, milliseconds } from './markdown-table.ts'
import { median } from './median.ts'
import type { OursRunner } from './runners.ts'

const measured = z.object({
  seconds: z.number(),
  /** Peak memory of the whole process in MiB, with the data and one fit. */
  peak: z.number(),
})
export type LargeFit = z.infer<typeof measured>

type LargeFitCase = {
  readonly algorithm: AlgorithmName
  readonly hyperparameters: Record<string, unknown>
  /** The peak memory in MiB that is aimed at. */
  readonly targetPeak?: number
}

const largeFitCases: Readonly<Record<string, LargeFitCase>> = {
  logistic_regression: { algorithm: 'logistic_regression', hyperparameters: {}, targetPeak: 1024 },
  decision_tree: { algorithm: 'decision_tree', hyperparameters: {}, targetPeak: 1024 },
  'random_forest, 10 trees': { algorithm: 'random_forest', hyperparameters: { n_estimators: 10 } },
}

const SIZES = [10_000, 100_000, 1_000_000]

/** The case of this name. */
export function largeFit(name: string): LargeFitCase {
  return largeFitCases[name]
}

const ROUNDS = 3

/** Prints a table: medians of three processes, the sizes turn by turn. Trees grow as n log n. */
export async function measureLargeFits(runner: OursRunner, print: (line: string) => void): Promise<void> {
  const printRow = markdownTable(
    ['fit', 'rows x columns', 'ms', 'times the row before', 'n log n: times', 'peak memory, MiB', 'target'],
    print,
  )
  for (const [name, { targetPeak }] of Object.entries(largeFitCases)) {
    const fits = SIZES.map((): LargeFit[] => [])
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, rows] of SIZES.entries()) {
        fits[i].push(measured.parse(await runner.run('large-fit', name, rows)))
      }
    }
    const seconds = fits.map((ofSize) => median(ofSize.map((fit) => fit.seconds)))
    for (const [i, rows] of SIZES.entries()) {
      printRow([
        name,
        `${rows} x 20`,
        milliseconds(seconds[i]),
        i === 0 ? undefined : (seconds[i] / seconds[i - 1]).toFixed(1),
        i === 0 ? undefined : (work(rows) / work(SIZES[i - 1])).toFixed(1),
        median(fits[i].map((fit) => fit.peak)).toFixed(0),
        atMost(targetPeak),
      ])
    }
  }
}

const work = (rows: number) => rows * Math.log2(rows)
