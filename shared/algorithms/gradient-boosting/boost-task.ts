import { defineTask } from '../../threads/task.ts'

export const boostTask = defineTask('boost', async () => (await import('./boost-on-thread.ts')).boostOnThread)
