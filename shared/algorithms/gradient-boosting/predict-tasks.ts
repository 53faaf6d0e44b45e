import { defineTask } from '../../threads/task.ts'
import type { OnThreads, Prediction, RowsForThread } from '../algorithm.ts'
import type { GradientBoostingModel } from './model.ts'

export const predictBoostingClassesTask = defineTask<RowsForThread<GradientBoostingModel>, Prediction>(
  'predict-boosting-classes',
  async () => (await import('./predict-on-thread.ts')).predictClassesOnThread,
)

export const predictBoostingNumbersTask = defineTask<
  RowsForThread<GradientBoostingModel>,
  Prediction<'regression'>
>('predict-boosting-numbers', async () => (await import('./predict-on-thread.ts')).predictNumbersOnThread)

/** A model is small enough to be copied. */
const share = (model: GradientBoostingModel): GradientBoostingModel => model

export const classesOnThreads: OnThreads<GradientBoostingModel, 'classification', GradientBoostingModel> = {
  share,
  task: predictBoostingClassesTask,
}
export const numbersOnThreads: OnThreads<GradientBoostingModel, 'regression', GradientBoostingModel> = {
  share,
  task: predictBoostingNumbersTask,
}
