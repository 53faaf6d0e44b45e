/** The steps of a run, one after the other, each under a time limit and with a line that says how it went. */
import { setTimeout as sleep } from 'node:timers/promises'

const started = performance.now()
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`

/** Does `work` and prints how long it took. Its signal, and the step, end after `limit` seconds. */
export async function step<T>(
  name: string,
  limit: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const begun = performance.now()
  const signal = AbortSignal.any([AbortSignal.timeout(limit * 1000), interrupted])
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
  try {
    signal.throwIfAborted()
    const result = await Promise.race([work(signal), ended])
    console.log(`✓ ${name} (${seconds(begun)}, ${seconds(started)} so far)`)
    return result
  } catch (error) {
    const reason = signal.aborted && !interrupted.aborted ? `took more than ${limit} s` : 'failed'
    console.error(`✗ ${name} ${reason} after ${seconds(begun)}`)
    throw error
  }
}

const interrupt = new AbortController()
const interrupted = interrupt.signal
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => interrupt.abort(new Error(`The run was interrupted (${name}).`)))
}

/** Asks `check` again and again, until it answers with something other than undefined. */
export async function poll<T>(
  check: () => Promise<T | undefined>,
  signal: AbortSignal,
  pauseMs = 100,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted()
    const found = await check()
    if (found !== undefined) return found
    await sleep(pauseMs)
  }
}
