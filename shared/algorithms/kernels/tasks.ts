/**
 * The tasks that a thread can run, each loaded when it is first asked for. A task takes one structured-clonable
 * value (typed arrays over SharedArrayBuffers are shared, not copied) and checks it itself.
 */
type Task = (input: unknown) => unknown

export const tasks: Record<string, () => Promise<Task>> = {
  'parse-pieces': async () => (await import('../../tabular/plain-pieces.ts')).parsePieces,
  // 'grow-trees': async () => (await import('../random-forest/grow.ts')).growTrees,
}

export type TaskName = string
