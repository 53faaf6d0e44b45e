/** npm run parity: every algorithm beside scikit-learn and Keras, as a table; with --write also into docs/parity.md. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { markdownTable } from '../../bench/markdown-table.ts'
import { type Task, tasks } from '../../shared/data/task.ts'
import { isNetworkEqual, networkRows } from '../../test/support/parity-networks.ts'
import { parityRows, tolerance } from '../../test/support/parity-table.ts'
import {
  metricToleranceOf,
  toleranceOf,
  type VariantRow,
  variantRows,
  variantSets,
} from '../../test/support/parity-variants.ts'

const { values: options } = parseArgs({ options: { write: { type: 'boolean', default: false } } })

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

/** An algorithm on a dataset: how many variants, and the largest distances of predictions and of metrics or losses. */
type Cell = {
  readonly dataset: string
  readonly algorithm: string
  readonly variants: number
  readonly predictions: string
  readonly figures: string
  readonly wrong: readonly Record<string, unknown>[]
}

const isWrong = (row: VariantRow) =>
  !(row.predictions <= toleranceOf(row) && row.metrics <= metricToleranceOf(row))
const worst = (values: number[]) => Math.max(...values).toExponential(1)

async function cellsOf(dataset: string, task: Task): Promise<Cell[]> {
  const cells: Cell[] = []
  for (const [algorithm, rows] of Map.groupBy(await variantRows(dataset), (row) => row.algorithm)) {
    const predicted = worst(rows.map(({ predictions }) => predictions))
    const labels = predicted === '0.0e+0' ? 'labels equal' : 'labels differ'
    cells.push({
      dataset,
      algorithm,
      variants: rows.length,
      predictions: task === 'regression' ? `numbers to ${predicted}` : labels,
      figures: `metrics to ${worst(rows.map(({ metrics }) => metrics))}`,
      wrong: rows.filter(isWrong).map(({ hyperparameters }) => hyperparameters),
    })
  }
  for (const [algorithm, rows] of Map.groupBy(await networkRows(dataset), (row) => row.algorithm)) {
    const differing = rows.reduce((sum, row) => sum + row.differing, 0)
    const values = worst(rows.map((row) => row.values))
    cells.push({
      dataset,
      algorithm,
      variants: rows.length,
      predictions:
        task === 'regression'
          ? `numbers to ${values}`
          : `labels ${differing === 0 ? 'equal' : 'differ'}, probabilities to ${values}`,
      figures: `losses to ${worst(rows.map(({ loss }) => loss))}`,
      wrong: rows.filter((row) => !isNetworkEqual(row)).map(({ hyperparameters }) => hyperparameters),
    })
  }
  return cells
}

process.stdout.write('\nDefaults and variants of hyperparameters\n')
const page = [
  '# Parity',
  '',
  'Every algorithm beside scikit-learn 1.9.1, dnn and cnn beside Keras 3.15.1 on jax: five sets of classes and six of numbers, the defaults',
  'and variants of hyperparameters. `npm run parity -- --write` writes this page; CI runs `npm run parity`, which fails where a cell differs.',
  '',
  'Keras starts from the same weights and takes the same batches. Where the last bit of a sum decides the gradient of a relu, a training',
  'goes one of two ways. In three of the 176 trainings ours goes the other way than Keras from the same weights, and is held to Keras from weights one',
  'unit in the last place off (of the seeds of such weights, the first that goes the other way). A cnn reads the columns of a set as an image, repeated up to a square of at least 4 x 4. Distances of numbers are',
  'relative to the largest.',
]
for (const task of tasks) {
  page.push('', task === 'regression' ? '## Numbers' : '## Classes', '')
  const tell = markdownTable(
    ['dataset', 'algorithm', 'variants', 'predictions', 'metrics or losses', 'equal'],
    (line) => page.push(line),
  )
  for (const dataset of variantSets[task]) {
    for (const { algorithm, variants, predictions, figures, wrong } of await cellsOf(dataset, task)) {
      const names = wrong.map((given) => JSON.stringify(given))
      print(dataset, algorithm, wrong.length === 0, `${variants} variants`, predictions, figures, ...names)
      tell([dataset, algorithm, variants, predictions, figures, wrong.length === 0 ? 'yes' : 'no'])
    }
  }
}
if (options.write) await writeFile(new URL('../../docs/parity.md', import.meta.url), `${page.join('\n')}\n`)
