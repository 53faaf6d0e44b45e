import { defineTask } from '../../threads/task.ts'

export const parsePiecesTask = defineTask(
  'parse-pieces',
  async () => (await import('./plain-pieces.ts')).parsePieces,
)
