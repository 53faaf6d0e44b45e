/** The data of a job with the algorithm "auto", whose candidates may or may not accept missing values. */
import type { Shape } from '../algorithms/estimate.ts'
import { type AnyPrepared, type PrepareOptions, prepareAndRelease } from '../data/prepare.ts'
import type { OwnedTable } from '../data/table.ts'
import type { Task } from '../data/task.ts'
import { type Folding, type Folds, foldsOfTable } from './cross-validate.ts'

export type AutoData = {
  readonly task: Task
  /** Of the training rows. */
  readonly shape: Shape
  folds(acceptsMissing: boolean): Folds
  prepared(acceptsMissing: boolean): AnyPrepared
}

/**
 * @param table stays as it is.
 * @param first what is prepared as `preparing` says.
 */
export function autoData(
  table: OwnedTable,
  preparing: PrepareOptions & { readonly task: Task },
  first: { readonly folds: Folds; readonly prepared: AnyPrepared },
  folding: Folding,
): AutoData {
  const { prepared } = first
  const { rows, columns } = prepared.train.features
  const classCount = prepared.task === 'regression' ? 1 : prepared.preparation.target.classes.length
  let others: Folds | undefined
  return {
    task: preparing.task,
    shape: { rows, columns, classCount },
    folds(acceptsMissing) {
      if (acceptsMissing === preparing.keepMissing || !lacksNumbers(table)) return first.folds
      others ??= foldsOfTable(table, { ...preparing, keepMissing: acceptsMissing }, folding)
      return others
    },
    prepared(acceptsMissing) {
      if (acceptsMissing === preparing.keepMissing) return prepared
      const columns = { rows: table.rows, columns: [...table.columns] }
      return prepareAndRelease(columns, { ...preparing, keepMissing: acceptsMissing })
    },
  }
}

/** Without a missing number, the folds are the same for all estimators. */
function lacksNumbers({ columns }: OwnedTable): boolean {
  return columns.some((column) => column.kind === 'number' && column.values.some(Number.isNaN))
}
