import { defineTask } from '../../threads/task.ts'

export const trainNetworkTask = defineTask(
  'train-network',
  async () => (await import('./train-on-thread.ts')).trainOnThread,
)
