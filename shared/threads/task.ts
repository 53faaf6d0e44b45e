/**
 * What a thread can be asked to do. Inputs and outputs are copied by structured clone: typed arrays over
 * SharedArrayBuffers and WebAssembly memories are shared, functions cannot be sent.
 */
export type Task<Input, Output> = {
  readonly name: string
  /** Loads the code that runs it, in the thread, when it is first needed. */
  readonly load: () => Promise<(input: Input) => Output | Promise<Output>>
}

/**
 * A task, to be listed in shared/thread-entry/tasks.ts. Keep it in a file of its own: every thread loads that one.
 *
 * @example
 * export const growTreesTask = defineTask('grow-trees', async () => (await import('./grow.ts')).growOnThread)
 */
export function defineTask<Input, Output>(
  name: string,
  load: Task<Input, Output>['load'],
): Task<Input, Output> {
  return { name, load }
}
