/** How time and memory grow with the rows, up to a million of 20 columns. Ours alone: its peer is n log n. */
import { z } from 'zod'
import type { AlgorithmName } from '../shared/algorithms/names.ts'
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

/** Prints a table in Markdown. */
export async function measureLargeFits(ours: Ours, print: (line: string) => void): Promise<void> {
  print('| fit | rows x columns | ms | times the row before | n log n: times | peak memory, MiB |')
  print('|---|---|---|---|---|---|')
  for (const name of Object.keys(cases)) {
    let before: { rows: number; seconds: number } | undefined
    for (const rows of sizes) {
      const { seconds, peak } = measured.parse(await ours.run('large-fit', name, rows))
      const grown = before && [seconds / before.seconds, work(rows) / work(before.rows)]
      const [times, expected] = grown?.map((ratio) => ratio.toFixed(1)) ?? ['', '']
      print(
        `| ${name} | ${rows} x 20 | ${(seconds * 1000).toFixed(0)} | ${times} | ${expected} | ${peak.toFixed(0)} |`,
      )
      before = { rows, seconds }
    }
  }
}

const work = (rows: number) => rows * Math.log2(rows)
