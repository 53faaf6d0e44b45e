import { defineTask } from '../../threads/task.ts'

export const solveTask = defineTask(
  'svm-solve',
  async () => (await import('./solve-on-thread.ts')).solveOnThread,
)
