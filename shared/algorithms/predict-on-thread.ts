import type { Matrix } from '../data/matrix.ts'
import type { RowsForThread } from './algorithm.ts'

/** A thread's part in the predictions of an algorithm: opens the model that comes with its first rows, and keeps it. */
export function predictOnThread<Shared, Output>(
  open: (model: Shared) => (features: Matrix) => Output,
): (rows: RowsForThread<Shared>) => Output {
  let predict: ((features: Matrix) => Output) | undefined
  return ({ model, features }) => {
    if (model !== undefined) predict = open(model)
    if (predict === undefined) throw new Error('Rows came before the model that is to predict them.')
    return predict(features)
  }
}
