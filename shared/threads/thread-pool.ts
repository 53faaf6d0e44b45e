import { Worker } from 'node:worker_threads'
import type { Task } from './task.ts'
import { type ThreadError, unpackError } from './thread-error.ts'

/** The file that a worker thread starts with; in a bundle it lies beside the code. */
const threadEntry = new URL(
  import.meta.url.endsWith('.ts') ? '../thread-entry/thread.ts' : './thread.mjs',
  import.meta.url,
)

/** What a thread is told: to run a task by its name, or to load one ahead of its first run. */
export type ThreadMessage<Input = unknown> =
  | { readonly id: number; readonly task: string; readonly input: Input }
  | { readonly prepare: string }

/** What a thread answers. */
export type ThreadAnswer<Output = unknown> =
  | { readonly id: number; readonly output: Output }
  | { readonly id: number; readonly error: ThreadError }

/** Worker threads that run tasks, each one task at a time, in the order they were given. */
export type Threads = {
  readonly size: number
  /** Runs a task on thread `index` (0 … size-1). Rejects with the task's error, or when the thread dies. */
  run<Input, Output>(index: number, task: Task<Input, Output>, input: Input): Promise<Output>
  /** Ends the threads; tasks still running reject. */
  close(): Promise<void>
  /**
   * Leaves the threads, all of whose tasks have ended, to the next `startThreads` for a few seconds. What their tasks worked
   * on may stay in memory until they have worked on something else: so only where that was small.
   */
  release(): void
}

/** How long a thread waits for the next work after it was released. */
const IDLE_MS = 10_000

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
    release: () => {
      for (const thread of threads) thread.release()
    },
  }
}

/** Threads that nobody has asked for yet. They do not keep the process from ending. */
const ahead: Thread[] = []

/**
 * Starts threads that the next `startThreads` will find ready, `task` loaded: for work that is sure to come, while what it
 * works on is still on its way.
 */
export function startThreadsAhead(size: number, task: Task<never, unknown>): void {
  while (ahead.length < size) {
    const thread = startThread()
    thread.prepare(task)
    ahead.push(thread)
  }
}

/** How many threads wait to be taken: started ahead, or released. */
export const threadsAhead = () => ahead.length

type Thread = ReturnType<typeof startThread>

// The type of an output is that of the task which it answers: `run` is where both are known.
type Pending = { readonly resolve: (output: never) => void; readonly reject: (error: unknown) => void }

function startThread() {
  const worker = new Worker(threadEntry)
  const pending = new Map<number, Pending>()
  let calls = 0
  let hasEnded = false
  let idle: NodeJS.Timeout | undefined

  const post = (message: ThreadMessage) => worker.postMessage(message)
  function fail(error: unknown): void {
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
  }
  worker.on('message', (answer: ThreadAnswer<never>) => {
    const call = pending.get(answer.id)
    pending.delete(answer.id)
    if ('error' in answer) call?.reject(unpackError(answer.error))
    else call?.resolve(answer.output)
  })
  worker.on('error', fail)
  worker.on('exit', (code) => {
    hasEnded = true
    leave()
    fail(new Error('A worker thread ended before its task was done.', { cause: `Its exit code is ${code}.` }))
  })

  function leave(): void {
    const unused = ahead.indexOf(thread)
    if (unused >= 0) ahead.splice(unused, 1)
  }

  const thread = {
    /** Has the thread load a task; until it is taken it does not keep the process from ending. */
    prepare({ name }: Task<never, unknown>): void {
      post({ prepare: name })
      worker.unref()
    },
    release(): void {
      if (hasEnded) return
      worker.unref()
      idle = setTimeout(() => {
        leave()
        void worker.terminate()
      }, IDLE_MS).unref()
      ahead.push(thread)
    },
    take() {
      clearTimeout(idle)
      worker.ref()
      return thread
    },
    run: <Input, Output>({ name }: Task<Input, Output>, input: Input) =>
      new Promise<Output>((resolve, reject) => {
        const id = calls++
        pending.set(id, { resolve, reject })
        post({ id, task: name, input })
      }),
    close: () => worker.terminate(),
  }
  return thread
}
