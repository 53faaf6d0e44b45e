import { copiedModel } from '../copied-model.ts'
import type { NetworkModel } from './model.ts'

export const { classesOnThreads, numbersOnThreads } = copiedModel<NetworkModel>('network', {
  classes: async () => (await import('./predict-on-thread.ts')).predictClassesOnThread,
  numbers: async () => (await import('./predict-on-thread.ts')).predictNumbersOnThread,
})
