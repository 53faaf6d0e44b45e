import { copiedModel } from '../copied-model.ts'
import type { KNeighborsModel, KNeighborsRegressorModel } from './model.ts'

export const { classesOnThreads, numbersOnThreads } = copiedModel<KNeighborsModel, KNeighborsRegressorModel>(
  'neighbors',
  {
    classes: async () => (await import('./predict-on-thread.ts')).predictClassesOnThread,
    numbers: async () => (await import('./predict-on-thread.ts')).predictNumbersOnThread,
  },
)
