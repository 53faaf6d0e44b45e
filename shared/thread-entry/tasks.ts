/**
 * The tasks that a thread can run, each loaded when it is first asked for. A task takes one structured-clonable
 * value (typed arrays over SharedArrayBuffers are shared, not copied) and checks it itself.
 */
type Task = (input: unknown) => unknown

export const tasks: Record<string, () => Promise<Task>> = {
  'grow-trees': async () => (await import('../algorithms/random-forest/grow.ts')).help,
  'network-lane': async () => (await import('../algorithms/network/team.ts')).help,
  'logistic-loss': async () => (await import('../algorithms/logistic-regression/chunks.ts')).sumChunks,
  'parse-pieces': async () => (await import('../tabular/csv/plain-pieces.ts')).parsePieces,
  'svm-solve': async () => (await import('../algorithms/svm/solve-task.ts')).solveProblem,
}

export type TaskName = string
