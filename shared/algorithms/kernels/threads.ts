import { Worker } from 'node:worker_threads'
import { threadEntry } from './kernel-files.ts'
import type { TaskName } from './tasks.ts'

/** Worker threads that run tasks (see tasks.ts), each one task at a time, in the order they were given. */
export type Threads = {
  readonly size: number
  /** Runs a task on thread `index` (0 … size-1). Rejects with the task's error, or when the thread dies. */
  run(index: number, task: TaskName, input: unknown): Promise<unknown>
  /** Ends the threads; tasks still running reject. */
  close(): Promise<void>
}

/**
 * Starts `size` threads. A thread costs about 30 ms and 10 MB: ask for them only when the work is worth it.
 */
export function startThreads(size: number): Threads {
  const threads = Array.from({ length: size }, startThread)
  return {
    size,
    run: (index, task, input) => threads[index].run(task, input),
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}

type Pending = { resolve: (result: unknown) => void; reject: (error: unknown) => void }

function startThread() {
  const worker = new Worker(threadEntry)
  const pending = new Map<number, Pending>()
  let calls = 0

  function fail(error: unknown): void {
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
  }
  worker.on('message', ({ id, result, error }: { id: number; result?: unknown; error?: unknown }) => {
    const call = pending.get(id)
    pending.delete(id)
    if (error === undefined) call?.resolve(result)
    else call?.reject(error)
  })
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('A worker thread ended before its task was done.')))

  return {
    run: (task: TaskName, input: unknown) =>
      new Promise<unknown>((resolve, reject) => {
        const id = calls++
        pending.set(id, { resolve, reject })
        worker.postMessage({ id, task, input })
      }),
    close: () => worker.terminate(),
  }
}
