import { startThreads } from '../../threads/thread-pool.ts'
import { barrierOn, JOINED, ROWS, STEP, THREAD_BITS, UPDATE } from './barrier.ts'
import { findPace } from './pace.ts'
import { controlOf, openPasses, type SharedNetwork } from './passes.ts'
import { writeRecords } from './plan.ts'
import { trainNetworkTask } from './train-task.ts'

/** A network's passes, by this thread and others. */
export type ParallelPasses = {
  /** From the first `rows` rows of the batch to the scores. */
  forward(rows: number): void
  /**
   * As above, with dropout, then `lossGradient`, which finds the scores and leaves their gradients, then back, with
   * update number `update` (from 1) at a learning rate.
   */
  step(rows: number, update: number, learningRate: number, lossGradient: (rows: number) => void): void
  close(): Promise<void>
}

/**
 * Opens a network on `plan.scratch.length` threads. This one begins at once; each of the others takes part from the
 * first step after it has started.
 */
export function openParallelPasses(network: SharedNetwork): ParallelPasses {
  const control = controlOf(network)
  const others = startThreads(network.plan.scratch.length - 1)
  const barrier = barrierOn(control)
  writeRecords(network.memory, network.plan, network.seed)
  const rate = new Float64Array(network.memory.buffer, network.plan.rate, 1)
  const passes = openPasses(network, 0, barrier)
  Atomics.store(control, STEP, 1)
  const pace = findPace()
  let failure: unknown
  const ended = Array.from({ length: others.size }, (_, i) =>
    others.run(i, trainNetworkTask, network).catch((error: unknown) => {
      failure = error
    }),
  )

  function begin(rows: number, update: number): number {
    if (failure !== undefined) throw failure
    const threads = pace.isTogether() ? 1 + Atomics.load(control, JOINED) : 1
    control[ROWS] = rows
    control[UPDATE] = update
    announce(threads)
    return threads
  }

  /** Threads that are not to take part are left asleep. */
  function announce(threads: number): void {
    const count = (Atomics.load(control, STEP) >>> THREAD_BITS) + 1
    Atomics.store(control, STEP, (count << THREAD_BITS) | threads)
    if (threads !== 1) Atomics.notify(control, STEP)
  }

  return {
    forward(rows) {
      passes.forward(rows, 0, begin(rows, 0))
    },
    step(rows, update, learningRate, lossGradient) {
      const begun = performance.now()
      rate[0] = learningRate
      const threads = begin(rows, update)
      passes.forward(rows, update, threads)
      lossGradient(rows)
      barrier(threads)
      passes.backward(rows, update, threads)
      if (threads > 1 || !pace.isTogether()) pace.stepTook(performance.now() - begun)
    },
    async close() {
      announce(0)
      await others.close()
      await Promise.all(ended)
    },
  }
}
