import { defineTask } from '../../threads/task.ts'

export const growTreesTask = defineTask('grow-trees', async () => (await import('./grow.ts')).growOnThread)
