import type { OnThreads } from '../algorithm.ts'
import { shareTrees } from '../trees/leaves.ts'
import type { PackedTrees } from '../trees/packed-trees.ts'
import type { ForestClassifierModel, ForestRegressorModel } from './model.ts'
import { predictForestClassesTask, predictForestNumbersTask } from './predict-tasks.ts'

/** Threads walk the same trees: a large forest would take its own size again on each of them. */
export const classesOnThreads: OnThreads<ForestClassifierModel, 'classification', PackedTrees> = {
  share: ({ trees, featureCount, classCount }) => shareTrees(trees, featureCount, classCount),
  task: predictForestClassesTask,
}

export const numbersOnThreads: OnThreads<ForestRegressorModel, 'regression', PackedTrees> = {
  share: ({ trees, featureCount }) => shareTrees(trees, featureCount, 1),
  task: predictForestNumbersTask,
}
