import { startThreads } from '../../threads/thread-pool.ts'
import { openLane, type Shared } from './lane.ts'
import { CONTROL_WORDS } from './plan.ts'

/** Words of the shared control block. */
const STEP = 0
const JOINED = 1
const ARRIVED = 2
const GENERATION = 3
const ROWS = 4
const T = 5

/** STEP holds a count in its upper bits and below them how many threads take part; none means the end. */
const LANES_BITS = 8
const LANES_MASK = (1 << LANES_BITS) - 1

/** Looks at a word before a thread goes to sleep on it: some 30 µs. */
const SPINS = 30_000

/** A trial of working together or alone takes at least so many ms and so many steps. */
const TRIAL = 3
const TRIAL_STEPS = 3
/** For so many ms the better of the two is then kept to. */
const KEEP = 500
/** The first trial comes after so many ms of working together: a thread that has just started is slow. */
const WARM_UP = 100

/** A thread that does not arrive within this time, in ms, has died. */
const PATIENCE = 120_000

/** A network's passes, on this thread and those that help it. */
export type Team = {
  /** From the first `rows` rows of the batch to the scores. */
  forward(rows: number): void
  /**
   * As above, then `lossGradient`, which finds the scores and leaves their gradients, then back, with update
   * `t` (from 1).
   */
  step(rows: number, t: number, lossGradient: (rows: number) => void): void
  close(): Promise<void>
}

/**
 * Gathers `plan.scratch.length` threads around a network. This one begins at once; each of the others takes
 * part from the first step after it has started.
 */
export function gatherTeam(shared: Shared): Team {
  const control = controlOf(shared)
  const others = shared.plan.scratch.length - 1
  const barrier = barrierOn(control)
  const lane = openLane(shared, 0, barrier)
  Atomics.store(control, STEP, 1)
  const threads = others > 0 ? startThreads(others) : undefined
  const pace = findPace()
  let failure: unknown
  const ended = Array.from({ length: others }, (_, i) =>
    threads?.run(i, 'network-lane', shared).catch((error: unknown) => {
      failure = error
    }),
  )

  function begin(rows: number, t: number): number {
    if (failure !== undefined) throw failure
    const lanes = pace.isTogether() ? 1 + Atomics.load(control, JOINED) : 1
    control[ROWS] = rows
    control[T] = t
    announce(lanes)
    return lanes
  }

  /** Threads that are not to take part are left asleep. */
  function announce(lanes: number): void {
    const count = (Atomics.load(control, STEP) >>> LANES_BITS) + 1
    Atomics.store(control, STEP, (count << LANES_BITS) | lanes)
    if (lanes !== 1) Atomics.notify(control, STEP)
  }

  return {
    forward(rows) {
      lane.forward(rows, begin(rows, 0))
    },
    step(rows, t, lossGradient) {
      const begun = performance.now()
      const lanes = begin(rows, t)
      lane.forward(rows, lanes)
      lossGradient(rows)
      barrier(lanes)
      lane.backward(rows, t, lanes)
      if (lanes > 1 || !pace.isTogether()) pace.stepTook(performance.now() - begun)
    },
    async close() {
      announce(0)
      await threads?.close()
      await Promise.all(ended)
    },
  }
}

/**
 * Whether to work together or alone: tries both now and then and keeps to the faster, since where the machine
 * has other things to do, waiting for each other takes longer than the work. Medians, because a single step
 * can be held up by something else.
 */
function findPace() {
  let mode: 'together' | 'alone' | 'faster' = 'faster'
  let isTogether = true
  let passed = KEEP - WARM_UP
  let times: number[] = []
  let together = 0
  return {
    isTogether: () => isTogether,
    stepTook(time: number): void {
      passed += time
      if (mode !== 'faster') times.push(time)
      if (mode === 'faster' ? passed < KEEP : passed < TRIAL || times.length < TRIAL_STEPS) return
      if (mode === 'together') {
        together = median(times)
        mode = 'alone'
        isTogether = false
      } else if (mode === 'alone') {
        isTogether = together < median(times)
        mode = 'faster'
      } else {
        mode = 'together'
        isTogether = true
      }
      passed = 0
      times = []
    },
  }
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1]
}

/** The task 'network-lane': takes part in every step from now on until the end is announced. */
export function help(given: unknown): void {
  if (!isShared(given)) throw new Error('The task network-lane needs a network.')
  const control = controlOf(given)
  const barrier = barrierOn(control)
  let seen = Atomics.load(control, STEP)
  const number = Atomics.add(control, JOINED, 1) + 1
  const lane = openLane(given, number, barrier)
  while ((seen & LANES_MASK) > 0) {
    waitWhile(control, STEP, seen, Number.POSITIVE_INFINITY)
    seen = Atomics.load(control, STEP)
    const lanes = seen & LANES_MASK
    if (number >= lanes) continue
    const [rows, t] = [control[ROWS], control[T]]
    lane.forward(rows, lanes)
    if (t === 0) continue
    barrier(lanes)
    lane.backward(rows, t, lanes)
  }
}

function isShared(value: unknown): value is Shared {
  return (
    typeof value === 'object' && value !== null && 'plan' in value && 'memory' in value && 'module' in value
  )
}

function controlOf({ memory, plan }: Shared): Int32Array {
  return new Int32Array(memory.buffer, plan.control, CONTROL_WORDS)
}

/** A function that returns when `lanes` threads have called it. */
function barrierOn(control: Int32Array): (lanes: number) => void {
  return (lanes) => {
    if (lanes === 1) return
    const generation = Atomics.load(control, GENERATION)
    if (Atomics.add(control, ARRIVED, 1) === lanes - 1) {
      Atomics.store(control, ARRIVED, 0)
      Atomics.add(control, GENERATION, 1)
      Atomics.notify(control, GENERATION)
    } else {
      waitWhile(control, GENERATION, generation, PATIENCE)
    }
  }
}

/** A notice can come late, meant for the wait before: what counts is the word. */
function waitWhile(control: Int32Array, word: number, value: number, patience: number): void {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(control, word) !== value) return
  while (Atomics.load(control, word) === value) {
    if (Atomics.wait(control, word, value, patience) === 'timed-out') {
      throw new Error('A thread of the fit did not answer.')
    }
  }
}
