import { copiedModel } from '../copied-model.ts'
import type { SvmClassifierModel, SvmModel } from './model.ts'

export const { classesOnThreads, numbersOnThreads } = copiedModel<SvmClassifierModel, SvmModel>('svm', {
  classes: async () => (await import('./predict-on-thread.ts')).predictClassesOnThread,
  numbers: async () => (await import('./predict-on-thread.ts')).predictNumbersOnThread,
})
