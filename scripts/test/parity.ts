/** npm run parity: every algorithm beside scikit-learn, as a table. */
import { tasks } from '../../shared/data/task.ts'
import { parityRows, tolerance } from '../../test/support/parity-table.ts'
import {
  metricToleranceOf,
  toleranceOf,
  type VariantRow,
  variantRows,
  variantSets,
} from '../../test/support/parity-variants.ts'

function print(dataset: string, algorithm: string, isEqual: boolean, ...facts: string[]): void {
  const verdict = isEqual ? 'equal ' : 'DIFFERS'
  process.stdout.write(`${[dataset.padEnd(14), algorithm.padEnd(20), verdict, ...facts].join('  ')}\n`)
  if (!isEqual) process.exitCode = 1
}

for (const row of await parityRows()) {
  print(
    row.dataset,
    row.algorithm,
    row.differing === 0 && row.distance <= tolerance[row.algorithm],
    `accuracy ${row.accuracy.toFixed(4)} (${row.expectedAccuracy.toFixed(4)})`,
    `${row.differing} labels differ`,
    `${row.what} to ${row.distance.toExponential(1)}`,
  )
}

const isWrong = (row: VariantRow) =>
  !(row.predictions <= toleranceOf(row) && row.metrics <= metricToleranceOf(row))
const worst = (values: number[]) => Math.max(...values).toExponential(1)

process.stdout.write('\nDefaults and variants of hyperparameters\n')
for (const task of tasks) {
  for (const dataset of variantSets[task]) {
    const byAlgorithm = Map.groupBy(await variantRows(dataset), ({ algorithm }) => algorithm)
    for (const [algorithm, rows] of byAlgorithm) {
      const wrong = rows.filter(isWrong)
      const predicted = worst(rows.map(({ predictions }) => predictions))
      print(
        dataset,
        algorithm,
        wrong.length === 0,
        `${rows.length} variants`,
        task === 'regression'
          ? `numbers to ${predicted}`
          : `labels ${predicted === '0.0e+0' ? 'equal' : 'differ'}`,
        `metrics to ${worst(rows.map(({ metrics }) => metrics))}`,
        ...wrong.map(({ hyperparameters }) => JSON.stringify(hyperparameters)),
      )
    }
  }
}
