/** Random tables: ids, Unix times, decimals, huge and tiny numbers, text with unseen and missing values, booleans. */
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import { randomState } from '../../shared/data/random.ts'
import type { Table } from '../../shared/data/table.ts'
import { tableFromRecords } from '../../shared/data/table-from-records.ts'
import type { Task } from '../../shared/data/task.ts'

/** How a column's values are drawn, from a number between 0 and 1. */
const kinds: Record<string, (x: number) => number | string | boolean> = {
  id: (x) => 4_000_000_000 + Math.floor(x * 500),
  unixTime: (x) => 1_700_000_000 + Math.floor(x * 100_000),
  milliseconds: (x) => 1_700_000_000_000 + Math.floor(x * 1e9),
  postcode: (x) => 1_000_000 + Math.floor(x * 98_999_999),
  year: (x) => 1950 + Math.floor(x * 75),
  cents: (x) => Math.round(x * 1e5) / 100,
  narrow: (x) => 1000 + Math.round(x * 100) / 100,
  tenths: (x) => Math.round(x * 80) / 10,
  long: (x) => x,
  huge: (x) => x * 1e120,
  tiny: (x) => x * 1e-42,
  flag: (x) => x < 0.5,
  text: (x) => ['red', 'green', 'blüe', 'None of them'][Math.floor(x * 4)],
}

/** An algorithm, its hyperparameters, and how far scores may be from our own; numbers relative to the largest. */
type RandomAlgorithm = readonly [AlgorithmName, Record<string, unknown>, number]

const classifiers: readonly RandomAlgorithm[] = [
  ['decision_tree', {}, 1e-6],
  ['random_forest', { n_estimators: 7 }, 1e-6],
  ['extra_trees', { n_estimators: 7 }, 1e-6],
  ['gradient_boosting', { max_iter: 10, min_samples_leaf: 5 }, 1e-6],
  ['gradient_boosting', { max_iter: 5, min_samples_leaf: 5, categorical_features: 'text' }, 1e-6],
  ['logistic_regression', {}, 1e-6],
  ['naive_bayes', {}, 1e-6],
  ['k_neighbors', { algorithm: 'brute' }, 1e-6],
  ['k_neighbors', { algorithm: 'brute', weights: 'distance', p: 1 }, 1e-6],
  ['svm', {}, 1e-6],
  // libsvm couples the probabilities of three classes or more by an iteration, which stops at 0.005 per class.
  ['svm', { kernel: 'linear', probability: true }, 5e-3],
  ['dnn', { epochs: 2 }, 1e-6],
]
const regressors: readonly RandomAlgorithm[] = [
  ['decision_tree', {}, 1e-12],
  ['random_forest', { n_estimators: 7 }, 1e-12],
  ['extra_trees', { n_estimators: 7 }, 1e-12],
  ['gradient_boosting', { max_iter: 10, min_samples_leaf: 5 }, 1e-6],
  ['gradient_boosting', { max_iter: 5, min_samples_leaf: 5, categorical_features: 'text' }, 1e-6],
  ['linear_regression', {}, 1e-12],
  ['k_neighbors', { algorithm: 'brute' }, 1e-12],
  ['k_neighbors', { algorithm: 'brute', weights: 'distance', p: 1 }, 1e-12],
  ['svm', {}, 1e-9],
  ['dnn', { epochs: 2 }, 1e-5],
  ['svm', { kernel: 'poly', epsilon: 1 }, 1e-9],
  ['linear_regression', { penalty: 'l1', alpha: 0.01 }, 1e-12],
]
export const randomAlgorithms: Readonly<Record<Task, readonly RandomAlgorithm[]>> = {
  classification: classifiers,
  regression: regressors,
}

export type RandomTables = { readonly seen: Table; readonly unseen: Table }

/** A table to train on, and one of new rows, whose text has categories that training never saw. */
export async function randomTables(seed: number, task: Task): Promise<RandomTables> {
  const random = randomState(seed)
  const names = Object.keys(kinds)
  const columns = Array.from({ length: 2 + random.randint(5) }, (_, j) => ({
    name: `c${j}`,
    kind: names[random.randint(names.length)],
    missing: random.randint(3) === 0 ? 0.1 : 0,
  }))
  const classes = 2 + random.randint(3)
  const rows = (count: number, unseenShare: number) =>
    Array.from({ length: count }, () => {
      let sum = 0
      const row: Record<string, unknown> = {}
      for (const { name, kind, missing } of columns) {
        const x = random.double()
        sum += x
        const unknown = kind === 'text' && random.double() < unseenShare
        row[name] = random.double() < missing ? null : unknown ? 'never seen' : kinds[kind](x)
      }
      const share = Math.min(sum / columns.length, 0.999)
      row.target = task === 'regression' ? 50 * share - 7 : Math.floor(share * 2 * classes) % classes
      return row
    })
  return { seen: await tableFromRecords(rows(200, 0)), unseen: await tableFromRecords(rows(200, 0.1)) }
}
