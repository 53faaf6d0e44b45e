import { defineTask } from '../../threads/task.ts'
import type { OnThreads, Prediction, RowsForThread } from '../algorithm.ts'
import type { NetworkModel } from './model.ts'

export const predictNetworkClassesTask = defineTask<RowsForThread<NetworkModel>, Prediction>(
  'predict-network-classes',
  async () => (await import('./predict-on-thread.ts')).predictClassesOnThread,
)

export const predictNetworkNumbersTask = defineTask<RowsForThread<NetworkModel>, Prediction<'regression'>>(
  'predict-network-numbers',
  async () => (await import('./predict-on-thread.ts')).predictNumbersOnThread,
)

/** A model is small enough to be copied. */
const share = (model: NetworkModel): NetworkModel => model

export const classesOnThreads: OnThreads<NetworkModel, 'classification', NetworkModel> = {
  share,
  task: predictNetworkClassesTask,
}
export const numbersOnThreads: OnThreads<NetworkModel, 'regression', NetworkModel> = {
  share,
  task: predictNetworkNumbersTask,
}
