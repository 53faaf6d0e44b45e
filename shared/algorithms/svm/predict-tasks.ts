import { defineTask } from '../../threads/task.ts'
import type { OnThreads, Prediction, RowsForThread } from '../algorithm.ts'
import type { SvmModel } from './model.ts'

export const predictSvmClassesTask = defineTask<RowsForThread<SvmModel>, Prediction>(
  'predict-svm-classes',
  async () => (await import('./predict-on-thread.ts')).predictClassesOnThread,
)

export const predictSvmNumbersTask = defineTask<RowsForThread<SvmModel>, Prediction<'regression'>>(
  'predict-svm-numbers',
  async () => (await import('./predict-on-thread.ts')).predictNumbersOnThread,
)

/** A model is small enough to be copied. */
const share = (model: SvmModel): SvmModel => model

export const classesOnThreads: OnThreads<SvmModel, 'classification', SvmModel> = {
  share,
  task: predictSvmClassesTask,
}
export const numbersOnThreads: OnThreads<SvmModel, 'regression', SvmModel> = {
  share,
  task: predictSvmNumbersTask,
}
