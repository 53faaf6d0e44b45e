import { Worker } from 'node:worker_threads'

/** The file that a worker thread starts with; in a bundle it lies beside the code. */
const threadEntry = new URL(
  import.meta.url.endsWith('.ts') ? '../thread-entry/thread.ts' : './thread.mjs',
  import.meta.url,
)

type TaskName = string

/** Worker threads that run tasks (shared/thread-entry/tasks.ts), each one task at a time, in the order they were given. */
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
  const threads = Array.from({ length: size }, () => ahead.pop()?.take() ?? startThread())
  return {
    size,
    run: (index, task, input) => threads[index].run(task, input),
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}

/** Threads that nobody has asked for yet. They do not keep the process from ending. */
const ahead: Thread[] = []

/**
 * Starts threads that the next `startThreads` will find ready, `task` loaded: for work that is sure to come, while what it
 * works on is still on its way.
 */
export function startThreadsAhead(size: number, task: TaskName): void {
  while (ahead.length < size) {
    const thread = startThread()
    thread.prepare(task)
    ahead.push(thread)
  }
}

/** How many threads were started ahead and not taken. */
export const threadsAhead = () => ahead.length

type Thread = ReturnType<typeof startThread>

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
  worker.on('exit', () => {
    const unused = ahead.indexOf(thread)
    if (unused >= 0) ahead.splice(unused, 1)
    fail(new Error('A worker thread ended before its task was done.'))
  })

  const thread = {
    /** Has the thread load a task; until it is taken it does not keep the process from ending. */
    prepare(task: TaskName): void {
      worker.postMessage({ prepare: task })
      worker.unref()
    },
    take() {
      worker.ref()
      return thread
    },
    run: (task: TaskName, input: unknown) =>
      new Promise<unknown>((resolve, reject) => {
        const id = calls++
        pending.set(id, { resolve, reject })
        worker.postMessage({ id, task, input })
      }),
    close: () => worker.terminate(),
  }
  return thread
}
