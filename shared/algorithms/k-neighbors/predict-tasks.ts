import { defineTask } from '../../threads/task.ts'
import type { OnThreads } from '../algorithm.ts'
import type { KNeighborsModel, KNeighborsRegressorModel } from './model.ts'
import { type SharedModel, shared } from './shared-model.ts'

export const classesOnThreads: OnThreads<KNeighborsModel, 'classification', SharedModel<KNeighborsModel>> = {
  share: shared,
  task: defineTask(
    'predict-neighbors-classes',
    async () => (await import('./predict-on-thread.ts')).predictClassesOnThread,
  ),
}
export const numbersOnThreads: OnThreads<
  KNeighborsRegressorModel,
  'regression',
  SharedModel<KNeighborsRegressorModel>
> = {
  share: shared,
  task: defineTask(
    'predict-neighbors-numbers',
    async () => (await import('./predict-on-thread.ts')).predictNumbersOnThread,
  ),
}
