import { setImmediate, setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import type { Matrix } from '../../data/matrix.ts'
import { shareWork } from '../../threads/share-work.ts'
import { startThreads } from '../../threads/thread-pool.ts'
import { loadKernel } from '../../wasm/kernel.ts'
import { GOES_ON, kernel, OUT_OF_ITERATIONS } from '../../wasm/kernels/svm.ts'
import { memoryLayout, sharedMemory } from '../../wasm/memory.ts'
import type { Fit, FitContext } from '../algorithm.ts'
import { float, float64 } from '../arrays.ts'
import { resumedFrom } from '../resume.ts'
import {
  layOutSolver,
  type Machine,
  openSolver,
  type Problem,
  type Settings,
  type Solver,
  solverState,
} from './problem.ts'
import { solveTask } from './solve-task.ts'

/** Units of work, about nanoseconds, between two looks at the clock and at who wants to pause. */
const SLICE = 3e7
/** Work below which threads do not pay for their start. */
const THREADED_WORK = 1e8

const machineState = z.object({ coefficients: float64(), rho: float(), timedOut: z.boolean() })
const checkpointSchema = z.object({
  machines: z.array(machineState.nullable()),
  states: z.array(solverState.nullable()),
})

type Solved = { status: 'done'; machines: readonly Machine[] } | Extract<Fit<never>, { status: 'paused' }>

/**
 * Solves all problems, the largest first, each by one thread: this one, and others where the work is worth them.
 * The machines are in the order of the problems, and do not depend on who solved which.
 */
export async function solveAll(
  features: Matrix,
  problems: readonly Problem[],
  settings: Settings,
  context: FitContext,
): Promise<Solved> {
  const resumed = resumedFrom(context, checkpointSchema, (saved) => fitsProblems(saved, problems))
  const machines: (Machine | null)[] = resumed?.machines ?? problems.map(() => null)
  const states = resumed?.states ?? problems.map(() => null)
  const waiting = problems
    .map((_, index) => index)
    .filter((index) => machines[index] === null)
    .sort((a, b) => problems[b].rows.length - problems[a].rows.length || a - b)
  const threadCount = threadsFor(problems, waiting, features.columns, context.threads)
  const maxRows = problems.reduce((most, { rows }) => Math.max(most, rows.length), 0)

  const layout = memoryLayout()
  const stop = layout.int32(1)
  const solvers = Array.from({ length: threadCount }, () =>
    layOutSolver(layout, maxRows, features.columns, threadCount),
  )
  const memory = sharedMemory(layout.end())
  const module = await loadKernel(kernel)
  const stopFlag = new Int32Array(memory.buffer, stop, 1)
  const others = startThreads(threadCount - 1)

  const pause = () => Atomics.store(stopFlag, 0, 1)
  const isPaused = () => Atomics.load(stopFlag, 0) === 1
  let finished = problems.length - waiting.length
  const step = async () => {
    const progress = { fraction: finished / problems.length, detail: { machines: finished } }
    if ((await context.step(progress)) === 'pause') pause()
  }

  /** Solves problem after problem; `go` goes on with the one that is loaded. */
  async function solveProblems(thread: number, go: (solver: Solver) => Promise<number>): Promise<void> {
    const solver = openSolver(module, memory, solvers[thread], stop, features, settings)
    for (let index = waiting.shift(); index !== undefined && !isPaused(); index = waiting.shift()) {
      solver.load(problems[index], states[index] ?? undefined)
      let outcome: number = GOES_ON
      while (outcome === GOES_ON && !isPaused()) outcome = await go(solver)
      if (outcome === GOES_ON) states[index] = solver.state()
      else {
        machines[index] = solver.machine(outcome === OUT_OF_ITERATIONS)
        states[index] = null
        finished++
      }
    }
  }
  let working = others.size
  const allSolvedElsewhere = Promise.withResolvers<void>()
  async function solveElsewhere(thread: number): Promise<void> {
    const input = { module, memory, record: solvers[thread].record }
    try {
      await solveProblems(thread, () => others.run(thread - 1, solveTask, input))
    } finally {
      if (--working === 0) allSolvedElsewhere.resolve()
    }
  }
  async function solveHere(): Promise<void> {
    await solveProblems(0, async (solver) => {
      const outcome = solver.solve(SLICE)
      // The other threads' answers come in only when the event loop turns.
      if (others.size > 0) await setImmediate()
      await step()
      return outcome
    })
    while (working > 0 && !isPaused()) {
      await Promise.race([allSolvedElsewhere.promise, setTimeout(50, undefined, { ref: false })])
      if (working > 0) await step()
    }
  }
  try {
    await shareWork(others, (thread) => (thread === 0 ? solveHere() : solveElsewhere(thread)), pause)
  } finally {
    await others.close()
  }
  if (machines.every((machine) => machine !== null)) return { status: 'done', machines }
  return { status: 'paused', checkpoint: { machines, states } }
}

/** Whether a checkpoint has the sizes of these problems. */
function fitsProblems(
  { machines, states }: z.infer<typeof checkpointSchema>,
  problems: readonly Problem[],
): boolean {
  if (machines.length !== problems.length || states.length !== problems.length) return false
  return problems.every(({ rows }, i) => {
    const values: ArrayLike<number>[] = []
    const [machine, state] = [machines[i], states[i]]
    if (machine !== null) values.push(machine.coefficients)
    if (state !== null) values.push(state.order, state.alpha, state.f, state.bar)
    return values.every(({ length }) => length === rows.length)
  })
}

/** As many threads as the work is worth. */
function threadsFor(
  problems: readonly Problem[],
  waiting: readonly number[],
  columns: number,
  threads: number,
): number {
  const perRow = columns / 4 + 4
  const work = waiting.reduce((sum, index) => sum + (problems[index].rows.length ** 2 * perRow) / 3, 0)
  return work < THREADED_WORK ? 1 : Math.max(1, Math.min(threads, waiting.length))
}
