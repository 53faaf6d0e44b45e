/** All tasks that a thread can run: the one place that knows them. */

import { growTreesTask } from '../algorithms/forest/grow-task.ts'
import { boostTask } from '../algorithms/gradient-boosting/boost-task.ts'
import { sumChunksTask } from '../algorithms/logistic-regression/chunks-task.ts'
import { trainNetworkTask } from '../algorithms/network/train-task.ts'
import { solveTask } from '../algorithms/svm/solve-task.ts'
import { parsePiecesTask } from '../tabular/csv/pieces-task.ts'
import type { Task } from '../threads/task.ts'

export const tasks: ReadonlyMap<string, Task<never, unknown>> = new Map(
  [boostTask, growTreesTask, parsePiecesTask, solveTask, sumChunksTask, trainNetworkTask].map((task) => [
    task.name,
    task,
  ]),
)
