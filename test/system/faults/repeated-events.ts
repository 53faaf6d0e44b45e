import { setTimeout as sleep } from 'node:timers/promises'
import { chance } from './faults.ts'

/** Of committed jobs: those whose event comes again, once at once and once later. */
const REPEAT_RATE = 0.05
const MAX_DELAY_MS = 3000

/** Sends S3's events of committed jobs again, as S3 may. */
export class RepeatedEvents {
  readonly #seed: number
  readonly #register: (jobId: string) => Promise<void>
  readonly #debug: (line: string) => void
  readonly #events = new Set<Promise<void>>()

  constructor(seed: number, register: (jobId: string) => Promise<void>, debug: (line: string) => void) {
    this.#seed = seed
    this.#register = register
    this.#debug = debug
  }

  maybeRepeat(jobId: string): void {
    if (chance(this.#seed, jobId, 'event') >= REPEAT_RATE) return
    for (const delay of [0, MAX_DELAY_MS * chance(this.#seed, jobId, 'event', 'delay')]) {
      const event = sleep(delay)
        .then(() => this.#register(jobId))
        // An event that fails three times is lost; the sweep makes up for it.
        .catch((error: unknown) => this.#debug(`event again of ${jobId}: ${error}`))
      this.#events.add(event)
    }
  }

  count(): number {
    return this.#events.size
  }

  async settled(): Promise<void> {
    await Promise.all(this.#events)
  }
}
