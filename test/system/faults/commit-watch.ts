import { setTimeout as sleep } from 'node:timers/promises'
import type { Caller, Fault } from './faults.ts'

const WATCH_MS = 60_000
const losesAnswer: readonly Fault[] = ['lose-answer', 'cut-answer', 'late-error']

/** Finds the jobs that are committed and may not be counted. */
export class CommitWatch {
  readonly #isCounted: (jobId: string) => boolean
  readonly #isAlive: (pid: number) => boolean
  readonly #killed = new Set<string>()
  readonly #watches = new Set<Promise<void>>()
  /** Of jobs whose commit may be done without an answer: the process that asked for it, and has not asked again. */
  readonly #unanswered = new Map<string, number | undefined>()

  constructor(isCounted: (jobId: string) => boolean, isAlive: (pid: number) => boolean) {
    this.#isCounted = isCounted
    this.#isAlive = isAlive
  }

  /** A process asks to commit a job. */
  asked(jobId: string, caller: Caller | undefined): void {
    this.#watches.add(this.#watch(jobId, caller))
  }

  /** What becomes of it: who never hears that its commit is done, because its time or its attempts are up, cannot count it. */
  decided(jobId: string, caller: Caller | undefined, fault: Fault | undefined): void {
    const isAnswered = fault === undefined || fault === 'delay'
    if (isAnswered && this.#unanswered.get(jobId) === caller?.pid) this.#unanswered.delete(jobId)
    if (!isAnswered && losesAnswer.includes(fault)) this.#unanswered.set(jobId, caller?.pid)
  }

  /** Resolves when no process is watched any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#watches)
  }

  mayBeUncounted(): ReadonlySet<string> {
    return this.#killed.union(new Set(this.#unanswered.keys()))
  }

  /** A process that is killed, or whose time is up, takes with it the count of what it has just asked to commit. */
  async #watch(jobId: string, caller: Caller | undefined): Promise<void> {
    const until = Date.now() + WATCH_MS
    while (!this.#isCounted(jobId) && Date.now() < until) {
      if (caller === undefined || !this.#isAlive(caller.pid)) {
        this.#killed.add(jobId)
        return
      }
      await sleep(500)
    }
  }
}
