import { expect, test } from 'vitest'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import { column, type Matrix, zeros } from '../../shared/data/matrix.ts'
import type { Task } from '../../shared/data/task.ts'
import { openPredictor } from '../../shared/prediction/open-predictor.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { fitTable } from '../support/fit-table.ts'
import { parityCsv } from '../support/parity-set.ts'

type Case = [algorithm: AlgorithmName, task: Task, hyperparameters: Record<string, unknown>]
const cases: Case[] = [
  ['random_forest', 'classification', { n_estimators: 5 }],
  ['random_forest', 'regression', { n_estimators: 5 }],
  ['extra_trees', 'classification', { n_estimators: 5 }],
  ['decision_tree', 'classification', {}],
  ['gradient_boosting', 'classification', { max_iter: 5 }],
  ['gradient_boosting', 'regression', { max_iter: 5, loss: 'poisson' }],
  ['k_neighbors', 'classification', {}],
  ['k_neighbors', 'regression', { weights: 'distance' }],
  ['logistic_regression', 'classification', {}],
  ['linear_regression', 'regression', {}],
  ['svm', 'classification', { probability: true }],
  ['svm', 'regression', {}],
  ['dnn', 'classification', { epochs: 1 }],
  ['dnn', 'regression', { epochs: 1 }],
  ['cnn', 'classification', { epochs: 1 }],
]

test.each(cases)(
  '%s, %s: any number of threads predicts the same bits',
  async (algorithm, task, hyperparameters) => {
    const { table } = await readTable(parityCsv(algorithm === 'cnn' ? 'digits' : 'wine'))
    const { model, prepared } = await fitTable(table, { algorithm, hyperparameters, task })
    const features = repeated(prepared.train.features, 3001)
    const alone = model.predict(features)
    for (const threads of [1, 2, 3]) {
      // No time on this thread but for the first rows.
      const predictor = openPredictor<Task>(model, threads, 0)
      try {
        expect(await predictor.predict(features)).toEqual(alone)
        expect(await predictor.predictBatch(features)).toEqual(alone)
      } finally {
        await predictor.close()
      }
    }
  },
)

/** So many rows, the matrix' own ones over and over, a little greater each time. */
function repeated(matrix: Matrix, rows: number): Matrix {
  const out = zeros(rows, matrix.columns)
  for (let j = 0; j < matrix.columns; j++) {
    const [from, to] = [column(matrix, j), column(out, j)]
    for (let i = 0; i < rows; i++) to[i] = from[i % matrix.rows] * (1 + Math.floor(i / matrix.rows) / 100)
  }
  return out
}
