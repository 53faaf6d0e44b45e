import type { CommitWatch } from './commit-watch.ts'
import { type Call, type Caller, type Chaos, chance, type Fault, faults, isKill, pick } from './faults.ts'
import type { Job } from './jobs.ts'
import { COMMIT } from './plan.ts'

/** Of calls met by a random fault, and by a random kill. */
const FAULT_RATE = 0.02
const KILL_RATE = 0.002

/** Decides what becomes of the calls: records them, strikes them by the jobs' plan and at random, or leaves them alone. */
export class FaultInjector implements Chaos {
  mode: 'record' | 'strike' | 'calm' = 'record'
  /** The calls of the functions, recorded while nothing is struck. */
  readonly calls = new Set<string>()
  /** How often each fault struck. */
  readonly struck = new Map<Fault, number>()
  readonly #seed: number
  readonly #commits: CommitWatch
  readonly #debug: (line: string) => void
  readonly #jobsById = new Map<string, Job>()
  readonly #jobsByModel = new Map<string, Job>()
  readonly #lastJobs = new Map<number, Job>()
  /** How often a job made a call. */
  readonly #occurrences = new Map<string, number>()

  constructor(seed: number, commits: CommitWatch, debug: (line: string) => void) {
    this.#seed = seed
    this.#commits = commits
    this.#debug = debug
  }

  /** Makes a job known, before it is sent. */
  add(job: Job): void {
    this.#jobsById.set(job.id, job)
    this.#jobsByModel.set(job.model, job)
  }

  decide(call: Call): Fault | undefined {
    const name = nameOf(call)
    const job = this.#jobOf(call)
    if (this.mode === 'record' && call.caller !== undefined) this.calls.add(name)
    if (call.name === COMMIT && job !== undefined) this.#commits.asked(job.id, call.caller)
    if (this.mode !== 'strike') return undefined
    const fault = this.#faultFor(call, name, job)
    if (call.name === COMMIT && job !== undefined) this.#commits.decided(job.id, call.caller, fault)
    if (fault === undefined) return undefined
    this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1)
    this.#debug(`${fault}: ${name} of ${job?.id ?? ''}`)
    return fault
  }

  /** A process of the local Batch may have ended by itself meanwhile. */
  kill({ pid }: Caller): void {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }

  count(): number {
    return this.struck.values().reduce((sum, count) => sum + count, 0)
  }

  #faultFor(call: Call, name: string, job: Job | undefined): Fault | undefined {
    const id = job?.id ?? ''
    const nth = (this.#occurrences.get(`${id} ${name}`) ?? 0) + 1
    this.#occurrences.set(`${id} ${name}`, nth)
    if (job?.strike?.call === name && nth <= job.strike.times) return job.strike.fault
    return this.#randomFault(call, name, id, nth)
  }

  /** Random faults; none that lets SQS believe that a message is being worked on, as it would be for half a minute. */
  #randomFault(call: Call, name: string, id: string, nth: number): Fault | undefined {
    const seed = this.#seed
    if (call.caller !== undefined && chance(seed, id, name, nth, 'kill') < KILL_RATE)
      return pick(['kill-before', 'kill-after'], seed, id, name, nth)
    if (chance(seed, id, name, nth) >= FAULT_RATE) return undefined
    const kinds = faults.filter(
      (fault) => !isKill(fault) && (fault !== 'duplicate' || /SendMessage(Batch)?$/.test(name)),
    )
    if (name.endsWith('ReceiveMessage'))
      return pick(['delay', 'drop', 'error', 'slow-down'], seed, id, name, nth)
    return pick(kinds, seed, id, name, nth, 'kind')
  }

  /** The job that a call is about: the one it names, else the one that its process was last busy with. */
  #jobOf(call: Call): Job | undefined {
    const [named] = call.text.match(/\bjob-\d+-\d+\b|\brejected-[0-9a-f]{24}\b/) ?? []
    const [model] = call.text.match(/\b[0-9a-f]{24}\b/) ?? []
    const job = this.#jobsById.get(named ?? '') ?? this.#jobsByModel.get(model ?? '')
    if (call.caller === undefined) return job
    if (job !== undefined) this.#lastJobs.set(call.caller.pid, job)
    return job ?? this.#lastJobs.get(call.caller.pid)
  }
}

const nameOf = (call: Call) => `${call.caller?.functionName ?? 'stack'} ${call.name}`
