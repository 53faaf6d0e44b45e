import { copiedModel } from '../copied-model.ts'
import type { GradientBoostingModel } from './model.ts'

export const { classesOnThreads, numbersOnThreads } = copiedModel<GradientBoostingModel>('boosting', {
  classes: async () => (await import('./predict-on-thread.ts')).predictClassesOnThread,
  numbers: async () => (await import('./predict-on-thread.ts')).predictNumbersOnThread,
})
