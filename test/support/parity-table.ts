/**
 * Compares every algorithm with scikit-learn's answers in the parity set, through the worker's own reading, preparation
 * and evaluation.
 */
import { estimatorFor } from '../../shared/algorithms/index.ts'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import { matrixColumns } from '../../shared/data/matrix-columns.ts'
import { prepare } from '../../shared/data/prepare.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { type Expected, expected, type ParitySet, parityCsv, paritySets } from './parity-set.ts'

export type Row = {
  readonly dataset: ParitySet
  readonly algorithm: AlgorithmName
  readonly accuracy: number
  readonly expectedAccuracy: number
  /** Test rows that are predicted otherwise. */
  readonly differing: number
  /** The largest distance of the model's own numbers (coefficients, thresholds, probabilities …), relative to them. */
  readonly distance: number
  readonly what: string
}

const exact = ['random_forest', 'decision_tree', 'logistic_regression', 'svm'] as const

/** One row per dataset and exact algorithm. */
export async function parityRows(): Promise<Row[]> {
  const rows: Row[] = []
  for (const dataset of paritySets) {
    const want = expected(dataset)
    const { table } = await readTable(parityCsv(dataset))
    for (const algorithm of exact) {
      const entry = estimatorFor(algorithm, 'classification')
      const prepared = prepare(table, { target: want.target, keepMissing: entry.acceptsMissing })
      const fit = await entry.trainer({}).fit(
        {
          ...prepared.train,
          classCount: prepared.preparation.target.classes.length,
          featureNames: matrixColumns(prepared.preparation.features).map(({ name }) => name),
          validation: prepared.test,
        },
        { threads: 2, step: async () => 'continue' },
      )
      if (fit.status !== 'done') throw new Error('The fit paused.')
      const prediction = fit.model.predict(prepared.test.features)
      const wanted = want.models[algorithm]
      const differing = wanted.predictions.filter((label, i) => label !== prediction.classes[i]).length
      const hits = prediction.classes.filter((label, i) => label === prepared.test.target[i]).length
      rows.push({
        dataset,
        algorithm,
        accuracy: hits / prediction.classes.length,
        expectedAccuracy: wanted.test_accuracy,
        differing,
        ...compare(algorithm, want, fit.model.model, prediction),
      })
    }
  }
  return rows
}

type Prediction = { readonly probabilities?: Float64Array; readonly decision?: Float64Array }

function compare(algorithm: (typeof exact)[number], want: Expected, model: unknown, prediction: Prediction) {
  const fields = Object(model)
  const wanted = Object(want.models[algorithm])
  switch (algorithm) {
    case 'random_forest':
      return {
        distance: farthest(prediction.probabilities ?? [], wanted.probabilities.flat()),
        what: 'probabilities',
      }
    case 'decision_tree':
      return { distance: farthest(fields.tree.threshold, wanted.tree.threshold), what: 'thresholds' }
    case 'logistic_regression':
      return { distance: farthest(fields.coefficients, wanted.coef.flat()), what: 'coefficients' }
    case 'svm':
      return {
        distance: farthest(prediction.decision ?? [], wanted.decision_function.flat()),
        what: 'decision function',
      }
  }
}

/** The largest difference, relative to the largest value; infinite where the lengths differ. */
function farthest(got: ArrayLike<number>, want: readonly number[]): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY
  const scale = Math.max(...want.map(Math.abs), 1e-300)
  return want.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i]) / scale), 0)
}

/** How far an algorithm may be from scikit-learn. */
export const tolerance: Readonly<Record<string, number>> = {
  random_forest: 1e-12,
  decision_tree: 1e-12,
  logistic_regression: 1e-3,
  svm: 1e-3,
}
