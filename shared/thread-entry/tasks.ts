/** All tasks that a thread can run: the one place that knows them. */
import { growTreesTask } from '../algorithms/forest/grow-task.ts'
import { predictForestClassesTask, predictForestNumbersTask } from '../algorithms/forest/predict-tasks.ts'
import { boostTask } from '../algorithms/gradient-boosting/boost-task.ts'
import * as boosting from '../algorithms/gradient-boosting/predict-tasks.ts'
import * as neighbors from '../algorithms/k-neighbors/predict-tasks.ts'
import { sumChunksTask } from '../algorithms/logistic-regression/chunks-task.ts'
import * as network from '../algorithms/network/predict-tasks.ts'
import { trainNetworkTask } from '../algorithms/network/train-task.ts'
import * as svm from '../algorithms/svm/predict-tasks.ts'
import { solveTask } from '../algorithms/svm/solve-task.ts'
import { parsePiecesTask } from '../tabular/csv/pieces-task.ts'
import type { Task } from '../threads/task.ts'

const all: readonly Task<never, unknown>[] = [
  boostTask,
  growTreesTask,
  parsePiecesTask,
  predictForestClassesTask,
  predictForestNumbersTask,
  solveTask,
  sumChunksTask,
  trainNetworkTask,
  ...[boosting, neighbors, network, svm].flatMap(({ classesOnThreads, numbersOnThreads }) => [
    classesOnThreads.task,
    numbersOnThreads.task,
  ]),
]
export const tasks: ReadonlyMap<string, Task<never, unknown>> = new Map(all.map((task) => [task.name, task]))
