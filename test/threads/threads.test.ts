import { describe, expect, test } from 'vitest'
import { solveTask } from '../../shared/algorithms/svm/solve-task.ts'
import { JobError } from '../../shared/errors/job-error.ts'
import {
  isStopped,
  openWorkQueue,
  shareWork,
  stopWork,
  takeNext,
  takenCount,
} from '../../shared/threads/share-work.ts'
import { defineTask } from '../../shared/threads/task.ts'
import { packError, unpackError } from '../../shared/threads/thread-error.ts'
import { startThreads, threadsAhead } from '../../shared/threads/thread-pool.ts'
import { loadKernel } from '../../shared/wasm/kernel.ts'
import { kernel } from '../../shared/wasm/kernels/svm.ts'
import { DATA_START, sharedMemory } from '../../shared/wasm/memory.ts'

describe('an error that crosses from one thread to another', () => {
  const crossed = (error: unknown) => unpackError(structuredClone(packError(error)))

  test('is a JobError with its code', () => {
    const error = new JobError('too_large_to_train', 'Use fewer rows.')
    const arrived = crossed(error)
    expect(arrived).toBeInstanceOf(JobError)
    expect(arrived).toMatchObject({ code: error.code, message: error.message, stack: error.stack })
  })

  test('is a WebAssembly.RuntimeError', () => {
    const arrived = crossed(new WebAssembly.RuntimeError('unreachable'))
    expect(arrived).toBeInstanceOf(WebAssembly.RuntimeError)
    expect(arrived).toMatchObject({ name: 'RuntimeError', message: 'unreachable' })
  })

  test('is the built-in error that it was', () => {
    expect(crossed(new RangeError('Array buffer allocation failed'))).toBeInstanceOf(RangeError)
  })
})

describe('a thread', () => {
  test('rejects with the RuntimeError of a kernel', async () => {
    const threads = startThreads(1)
    try {
      // The record lies behind the end of the memory.
      const input = { module: await loadKernel(kernel), memory: sharedMemory(DATA_START), record: 2 ** 30 }
      await expect(threads.run(0, solveTask, input)).rejects.toBeInstanceOf(WebAssembly.RuntimeError)
    } finally {
      await threads.close()
    }
  })

  test('names a task that it does not know', async () => {
    const threads = startThreads(1)
    const unknown = defineTask('unheard-of', async () => () => 1)
    await expect(threads.run(0, unknown, undefined)).rejects.toThrow('There is no task unheard-of.')
    await threads.close()
  })

  test('that ends rejects its tasks', async () => {
    const threads = startThreads(1)
    const input = { module: await loadKernel(kernel), memory: sharedMemory(DATA_START), record: 0 }
    const running = threads.run(0, solveTask, input)
    const [outcome] = await Promise.allSettled([running, threads.close()])
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringMatching(/ended before/) },
    })
  })

  test('that is released does the next work, and what ended is not', async () => {
    const input = { module: await loadKernel(kernel), memory: sharedMemory(DATA_START), record: 2 ** 30 }
    const before = threadsAhead()
    const first = startThreads(1)
    await expect(first.run(0, solveTask, input)).rejects.toBeInstanceOf(WebAssembly.RuntimeError)
    first.release()
    expect(threadsAhead()).toBe(before + 1)
    const second = startThreads(1)
    expect(threadsAhead()).toBe(before)
    await expect(second.run(0, solveTask, input)).rejects.toBeInstanceOf(WebAssembly.RuntimeError)
    await second.close()
    second.release()
    expect(threadsAhead()).toBe(before)
  })

  test('takes no misspelt task and no other input', () => {
    const threads = startThreads(0)
    // @ts-expect-error: a task is a value, not a name
    expect(() => threads.run(0, 'svm-solve', {})).toThrow(TypeError)
    // @ts-expect-error: a record is missing
    expect(() => threads.run(0, solveTask, {})).toThrow(TypeError)
  })
})

describe('shared work', () => {
  const noThreads = startThreads(0)
  const threads = { ...noThreads, size: 2 }

  test('is taken piece by piece until none is left; this thread’s result is the first', async () => {
    const queue = openWorkQueue()
    const taken: number[] = []
    const results = await shareWork(
      threads,
      async (thread) => {
        for (let piece = takeNext(queue); piece < 7; piece = takeNext(queue)) {
          taken.push(piece)
          await new Promise(setImmediate)
        }
        return thread
      },
      () => stopWork(queue),
    )
    expect(taken).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(takenCount(queue)).toBe(7 + 3)
    expect(results).toEqual([0, 1, 2])
  })

  test('stops when a part fails, and rejects with that error when all parts have ended', async () => {
    const queue = openWorkQueue()
    let ended = 0
    const work = shareWork(
      threads,
      async (thread) => {
        if (thread === 2) throw new JobError('diverged', 'no')
        while (!isStopped(queue)) await new Promise(setImmediate)
        ended++
        if (thread === 1) throw new Error('a later one')
      },
      () => stopWork(queue),
    )
    await expect(work).rejects.toMatchObject({ code: 'diverged' })
    expect(ended).toBe(2)
  })
})
