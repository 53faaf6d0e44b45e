/**
 * Variants of hyperparameters beside scikit-learn (test/fixtures/parity-variants), through the worker's own reading, preparation
 * and evaluation: the classifications of the parity set, and six regressions.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { tasksOf } from '../../shared/algorithms/descriptor.ts'
import { algorithms } from '../../shared/algorithms/index.ts'
import { algorithmNames } from '../../shared/algorithms/names.ts'
import { type Task, tasks } from '../../shared/data/task.ts'
import { measureFit, measureRegression } from '../../shared/evaluation/job-metrics.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { fitTable } from './fit-table.ts'
import { parityCsv, paritySets } from './parity-set.ts'

const folder = new URL('../fixtures/parity-variants/', import.meta.url)

const given = z.record(z.string(), z.unknown())
const numbers = z.record(z.string(), z.number())
const expectedFile = z.object({
  target: z.string(),
  task: z.enum(tasks),
  models: z.array(
    z.object({
      algorithm: z.enum(algorithmNames),
      hyperparameters: given,
      predictions: z.array(z.number()),
      metrics: numbers,
    }),
  ),
})
type ExpectedModel = z.infer<typeof expectedFile>['models'][number]

export const variantSets: Readonly<Record<Task, readonly string[]>> = {
  classification: paritySets,
  regression: ['diabetes', 'linnerud', 'ties', 'text', 'missing', 'heavy_tails'],
}

export type VariantRow = {
  readonly dataset: string
  readonly task: Task
  readonly algorithm: ExpectedModel['algorithm']
  readonly hyperparameters: Record<string, unknown>
  /** The largest difference of a prediction for a test row: of classes whether any differs, of numbers relative to the largest. */
  readonly predictions: number
  /** The largest difference of a metric, relative where it is above 1, and its name. */
  readonly metrics: number
  readonly metric: string
}

/** One row per variant of a dataset, of the algorithms that have its task. */
export async function variantRows(dataset: string): Promise<VariantRow[]> {
  const { target, task, models } = expectedFile.parse(
    JSON.parse(readFileSync(new URL(`${dataset}.expected.json`, folder), 'utf8')),
  )
  const own = new URL(`${dataset}.csv`, folder)
  const path = existsSync(own)
    ? fileURLToPath(own)
    : parityCsv(paritySets.find((name) => name === dataset) ?? 'iris')
  const { table } = await readTable(path)
  const rows: VariantRow[] = []
  for (const model of models) {
    const { algorithm, hyperparameters } = model
    if (!tasksOf(algorithms[algorithm]).includes(task)) continue
    const fitted = await fitTable(table, { algorithm, hyperparameters, task }, { target, threads: 2 })
    rows.push({ dataset, task, algorithm, hyperparameters, ...compare(fitted, model) })
  }
  return rows
}

/** How many variants of each algorithm there are for a dataset, the defaults among them. */
export function countVariants(dataset: string): Map<string, number> {
  const counted = new Map<string, number>()
  for (const kind of ['expected', 'networks']) {
    const text = readFileSync(new URL(`${dataset}.${kind}.json`, folder), 'utf8')
    const { models } = z
      .object({ models: z.array(z.object({ algorithm: z.enum(algorithmNames) })) })
      .parse(JSON.parse(text))
    for (const { algorithm } of models) counted.set(algorithm, (counted.get(algorithm) ?? 0) + 1)
  }
  return counted
}

type Fitted = Awaited<ReturnType<typeof fitTable>>

function compare({ prepared, model }: Fitted, wanted: ExpectedModel) {
  if (prepared.task === 'regression' && model.task === 'regression') {
    const { train, test } = prepared
    const { values } = model.predict(test.features)
    const measured = measureRegression({
      train: { ...model.predict(train.features), actual: train.target },
      test: { values, actual: test.target },
      seconds: 0,
    })
    const largest = Math.max(...wanted.predictions.map(Math.abs))
    return {
      predictions: farthest(values, wanted.predictions) / largest,
      ...compareMetrics(measured, wanted.metrics),
    }
  }
  if (prepared.task === 'classification' && model.task === 'classification') {
    const { train, test, preparation } = prepared
    const onTest = model.predict(test.features)
    const { metrics } = measureFit({
      classCount: preparation.target.classes.length,
      train: { ...model.predict(train.features), actual: train.target },
      test: { ...onTest, actual: test.target },
      seconds: 0,
      classKey: String,
    })
    return {
      predictions: farthest(onTest.classes, wanted.predictions),
      ...compareMetrics(metrics, wanted.metrics),
    }
  }
  throw new TypeError('The model is not of the task of its data.')
}

function farthest(found: ArrayLike<number>, wanted: readonly number[]): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY
  return wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i])), 0)
}

function compareMetrics(found: object, wanted: Readonly<Record<string, number>>) {
  let worst = { metrics: 0, metric: '' }
  for (const [metric, value] of Object.entries(wanted)) {
    const ours = z.record(z.string(), z.unknown()).parse(found)[metric]
    const difference =
      typeof ours === 'number' ? Math.abs(ours - value) / Math.max(1, Math.abs(value)) : Number.NaN
    if (!(difference <= worst.metrics)) worst = { metrics: difference, metric }
  }
  return worst
}

/**
 * How far predictions of numbers may be from scikit-learn's, relative to the largest. libsvm ends within its tolerance, where
 * steps of equal length part; gradient boosting sums gradients in single precision.
 */
export function toleranceOf({ algorithm, task, hyperparameters }: VariantRow): number {
  if (task === 'classification') return 0
  if (algorithm === 'svm') return Number(hyperparameters.tol ?? 1e-3)
  return algorithm === 'linear_regression' || algorithm === 'gradient_boosting' ? 1e-9 : 1e-12
}

/** Metrics follow from predictions. */
export const metricToleranceOf = (row: VariantRow): number => Math.max(1e-12, 10 * toleranceOf(row))
