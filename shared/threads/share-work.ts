/** Work that several threads do together: each takes the next piece until none is left. */
import type { Threads } from './thread-pool.ts'

/** The number of the next piece, and whether to stop. Shared memory, so that it can be sent to threads as it is. */
export type WorkQueue = Int32Array<SharedArrayBuffer>

const NEXT = 0
const STOPPED = 1

export const openWorkQueue = (): WorkQueue => new Int32Array(new SharedArrayBuffer(2 * 4))

/** The number of a piece that no other thread has taken, from 0 on. */
export const takeNext = (queue: WorkQueue): number => Atomics.add(queue, NEXT, 1)

/** How many pieces were asked for so far. At the end that is more than there were. */
export const takenCount = (queue: WorkQueue): number => Atomics.load(queue, NEXT)

/** Tells all threads to stop at their next look at the queue. */
export const stopWork = (queue: WorkQueue): void => {
  Atomics.store(queue, STOPPED, 1)
}

export const isStopped = (queue: WorkQueue): boolean => Atomics.load(queue, STOPPED) === 1

/**
 * Does work on this thread and on all of `threads`.
 *
 * @param part does the part of thread 1 … threads.size, or, last called, of this one, which is 0
 * @param stop makes the parts end early; called when one of them fails
 * @returns what the parts returned, this thread's first
 * @throws the error of the first part that failed, when all have ended
 */
export async function shareWork<Result>(
  threads: Threads,
  part: (thread: number) => Promise<Result>,
  stop: () => void,
): Promise<Result[]> {
  let failure: { readonly error: unknown } | undefined
  const guarded = async (thread: number): Promise<Result[]> => {
    try {
      return [await part(thread)]
    } catch (error) {
      failure ??= { error }
      stop()
      return []
    }
  }
  const others = Array.from({ length: threads.size }, (_, i) => guarded(i + 1))
  const results = await Promise.all([guarded(0), ...others])
  if (failure) throw failure.error
  return results.flat()
}
