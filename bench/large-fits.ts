/** How time and memory grow with the rows, up to a million of 20 columns. Ours alone: its peer is n log n. */
import { z } from 'zod'
import type { AlgorithmName } from '../shared/algorithms/names.ts'
import { median } from './median.ts'
import type { Ours } from './ours.ts'

const measured = z.object({
  seconds: z.number(),
  /** MiB that the whole process held at most, the data and one fit among them. */
  peak: z.number(),
})
export type LargeFit = z.infer<typeof measured>

type Case = { readonly algorithm: AlgorithmName; readonly hyperparameters: Record<string, unknown> }

const cases: Readonly<Record<string, Case>> = {
  logistic_regression: { algorithm: 'logistic_regression', hyperparameters: {} },
  decision_tree: { algorithm: 'decision_tree', hyperparameters: {} },
  'random_forest, 10 trees': { algorithm: 'random_forest', hyperparameters: { n_estimators: 10 } },
}

const sizes = [10_000, 100_000, 1_000_000]

/** The case of this name. */
export function largeFit(name: string): Case {
  return cases[name]
}

const rounds = 3

/** Prints a table in Markdown: medians of three processes, the sizes turn by turn. */
export async function measureLargeFits(ours: Ours, print: (line: string) => void): Promise<void> {
  print('| fit | rows x columns | ms | times the row before | n log n: times | peak memory, MiB |')
  print('|---|---|---|---|---|---|')
  for (const name of Object.keys(cases)) {
    const fits = sizes.map((): LargeFit[] => [])
    for (let round = 0; round < rounds; round++) {
      for (const [i, rows] of sizes.entries()) {
        fits[i].push(measured.parse(await ours.run('large-fit', name, rows)))
      }
    }
    const seconds = fits.map((ofSize) => median(ofSize.map((fit) => fit.seconds)))
    for (const [i, rows] of sizes.entries()) {
      const growth = i === 0 ? '' : (seconds[i] / seconds[i - 1]).toFixed(1)
      const expected = i === 0 ? '' : (work(rows) / work(sizes[i - 1])).toFixed(1)
      const peak = median(fits[i].map((fit) => fit.peak)).toFixed(0)
      const milliseconds = (seconds[i] * 1000).toFixed(0)
      print(`| ${name} | ${rows} x 20 | ${milliseconds} | ${growth} | ${expected} | ${peak} |`)
    }
  }
}

const work = (rows: number) => rows * Math.log2(rows)
