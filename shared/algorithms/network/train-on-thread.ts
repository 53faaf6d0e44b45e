import { barrierOn, JOINED, ROWS, STEP, THREAD_MASK, UPDATE, waitWhile } from './barrier.ts'
import { controlOf, openPasses, type SharedNetwork } from './passes.ts'

/** Takes part in every step from now on until the end is announced. */
export function trainOnThread(network: SharedNetwork): void {
  const control = controlOf(network)
  const barrier = barrierOn(control)
  let seen = Atomics.load(control, STEP)
  const thread = Atomics.add(control, JOINED, 1) + 1
  const passes = openPasses(network, thread, barrier)
  while ((seen & THREAD_MASK) > 0) {
    waitWhile(control, STEP, seen, Number.POSITIVE_INFINITY)
    seen = Atomics.load(control, STEP)
    const threads = seen & THREAD_MASK
    if (thread >= threads) continue
    const [rows, update] = [control[ROWS], control[UPDATE]]
    passes.forward(rows, update, threads)
    if (update === 0) continue
    barrier(threads)
    passes.backward(rows, update, threads)
  }
}
