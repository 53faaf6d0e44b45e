import { copiedModel } from '../copied-model.ts'
import type { SvmModel } from './model.ts'

export const { classesOnThreads, numbersOnThreads } = copiedModel<SvmModel>('svm', {
  classes: async () => (await import('./predict-on-thread.ts')).predictClassesOnThread,
  numbers: async () => (await import('./predict-on-thread.ts')).predictNumbersOnThread,
})
