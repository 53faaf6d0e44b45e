import { defineTask, type Task as ThreadTask } from '../threads/task.ts'
import type { OnThreads, Prediction, RowsForThread } from './algorithm.ts'

type Predict<Model, Output> = ReturnType<ThreadTask<RowsForThread<Model>, Output>['load']>

/**
 * How the threads predict with a model that is small enough for each of them to have a copy.
 *
 * @param name of the algorithm, in the names of the tasks
 */
export function copiedModel<Classifier, Regressor = Classifier>(
  name: string,
  onThread: {
    classes(): Predict<Classifier, Prediction>
    numbers(): Predict<Regressor, Prediction<'regression'>>
  },
): {
  classesOnThreads: OnThreads<Classifier, 'classification', Classifier>
  numbersOnThreads: OnThreads<Regressor, 'regression', Regressor>
} {
  return {
    classesOnThreads: {
      share: (model) => model,
      task: defineTask(`predict-${name}-classes`, onThread.classes),
    },
    numbersOnThreads: {
      share: (model) => model,
      task: defineTask(`predict-${name}-numbers`, onThread.numbers),
    },
  }
}
