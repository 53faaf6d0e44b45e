/** How the threads of a network keep in step: words in the memory that they share. */

/** How many words there are. */
export const CONTROL_WORDS = 16

/** A count of the steps in the upper bits, and below them how many threads take part in this one; none means the end. */
export const STEP = 0
export const THREAD_BITS = 8
export const THREAD_MASK = (1 << THREAD_BITS) - 1
/** How many threads have joined the first. */
export const JOINED = 1
const ARRIVED = 2
const GENERATION = 3
/** What a step is given: how many rows, and the number of the update. */
export const ROWS = 4
export const UPDATE = 5

/** Looks at a word before a thread goes to sleep on it: some 30 µs. */
const SPINS = 30_000

/** A thread that does not arrive within this time, in ms, has died. */
const TIMEOUT = 120_000

/** A function that returns when `threads` threads have called it. */
export function barrierOn(control: Int32Array): (threads: number) => void {
  return (threads) => {
    if (threads === 1) return
    const generation = Atomics.load(control, GENERATION)
    if (Atomics.add(control, ARRIVED, 1) === threads - 1) {
      Atomics.store(control, ARRIVED, 0)
      Atomics.add(control, GENERATION, 1)
      Atomics.notify(control, GENERATION)
    } else {
      waitWhile(control, GENERATION, generation, TIMEOUT)
    }
  }
}

/**
 * Waits as long as a word has a value. A wake-up can be spurious, meant for the wait before: what counts is the word.
 *
 * @param timeout in ms
 */
export function waitWhile(control: Int32Array, word: number, value: number, timeout: number): void {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(control, word) !== value) return
  while (Atomics.load(control, word) === value) {
    if (Atomics.wait(control, word, value, timeout) === 'timed-out') {
      throw new Error('A thread of the fit did not answer.', { cause: `It was waited for ${timeout} ms.` })
    }
  }
}
