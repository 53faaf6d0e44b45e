import { defineTask } from '../../threads/task.ts'
import type { OnThreads, Prediction, RowsForThread } from '../algorithm.ts'
import type { KNeighborsModel, KNeighborsRegressorModel } from './model.ts'

export const predictNeighborsClassesTask = defineTask<RowsForThread<KNeighborsModel>, Prediction>(
  'predict-neighbors-classes',
  async () => (await import('./predict-on-thread.ts')).predictClassesOnThread,
)

export const predictNeighborsNumbersTask = defineTask<
  RowsForThread<KNeighborsRegressorModel>,
  Prediction<'regression'>
>('predict-neighbors-numbers', async () => (await import('./predict-on-thread.ts')).predictNumbersOnThread)

/** A model is its training rows, which take less to copy than to search. */
export const classesOnThreads: OnThreads<KNeighborsModel, 'classification', KNeighborsModel> = {
  share: (model) => model,
  task: predictNeighborsClassesTask,
}
export const numbersOnThreads: OnThreads<KNeighborsRegressorModel, 'regression', KNeighborsRegressorModel> = {
  share: (model) => model,
  task: predictNeighborsNumbersTask,
}
