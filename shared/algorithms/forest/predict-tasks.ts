import { defineTask } from '../../threads/task.ts'
import type { Prediction, RowsForThread } from '../algorithm.ts'
import type { PackedTrees } from '../trees/packed-trees.ts'

export const predictForestClassesTask = defineTask<RowsForThread<PackedTrees>, Prediction>(
  'predict-forest-classes',
  async () => (await import('./predict-on-thread.ts')).predictClassesOnThread,
)

export const predictForestNumbersTask = defineTask<RowsForThread<PackedTrees>, Prediction<'regression'>>(
  'predict-forest-numbers',
  async () => (await import('./predict-on-thread.ts')).predictNumbersOnThread,
)
