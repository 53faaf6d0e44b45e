import { defineTask } from '../../threads/task.ts'

export const sumChunksTask = defineTask('logistic-loss', async () => (await import('./chunks.ts')).sumChunks)
