import { setImmediate, setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import type { Matrix } from '../../data/matrix.ts'
import { startThreads } from '../../threads/thread-pool.ts'
import { loadKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/svm.ts'
import { memoryLayout, sharedMemory } from '../../wasm/memory.ts'
import type { Fit, Run } from '../algorithm.ts'
import { float64 } from '../arrays.ts'
import {
  layOutSolver,
  type Machine,
  openSolver,
  type Problem,
  type Settings,
  solverState,
} from './problem.ts'

/** Units of work, about nanoseconds, between two looks at the clock and at who wants to pause. */
const slice = 3e7
/** Work below which threads do not pay for their start. */
const threadedWork = 1e8

const machineState = z.object({ coefficients: float64(), rho: z.number(), timedOut: z.boolean() })
const checkpointSchema = z.object({
  machines: z.array(machineState.nullable()),
  states: z.array(solverState.nullable()),
})

type Solved = { status: 'done'; machines: readonly Machine[] } | Extract<Fit<never>, { status: 'paused' }>

/**
 * Solves all problems, the largest first, each by one lane: this thread, and others where the work is worth them.
 * The machines are in the order of the problems, and do not depend on who solved which.
 */
export async function solveAll(
  features: Matrix,
  problems: readonly Problem[],
  settings: Settings,
  run: Run,
): Promise<Solved> {
  const resumed = run.resumeFrom && checkpointSchema.parse(run.resumeFrom)
  const machines: (Machine | null)[] = resumed?.machines ?? problems.map(() => null)
  const states = resumed?.states ?? problems.map(() => null)
  const waiting = problems
    .map((_, index) => index)
    .filter((index) => machines[index] === null)
    .sort((a, b) => problems[b].rows.length - problems[a].rows.length || a - b)
  const perRow = features.columns / 4 + 4
  const estimate = waiting.reduce((sum, index) => sum + (problems[index].rows.length ** 2 * perRow) / 3, 0)
  const lanes = estimate < threadedWork ? 1 : Math.max(1, Math.min(run.threads, waiting.length))
  const largest = problems.reduce((most, { rows }) => Math.max(most, rows.length), 0)

  const layout = memoryLayout()
  const stop = layout.int32(1)
  const solvers = Array.from({ length: lanes }, () => layOutSolver(layout, largest, features.columns, lanes))
  const memory = sharedMemory(layout.end())
  const module = await loadKernel(kernel)
  const stopFlag = new Int32Array(memory.buffer, stop, 1)
  const others = lanes > 1 ? startThreads(lanes - 1) : undefined

  const pause = () => Atomics.store(stopFlag, 0, 1)
  const paused = () => stopFlag[0] === 1
  let finished = problems.length - waiting.length
  const step = async () => {
    const progress = { fraction: finished / problems.length, detail: { machines: finished } }
    if ((await run.step(progress)) === 'pause') pause()
  }

  async function workIn(lane: number): Promise<void> {
    const solver = openSolver(module, memory, solvers[lane], stop, features, settings)
    for (let index = waiting.shift(); index !== undefined && !paused(); index = waiting.shift()) {
      solver.load(problems[index], states[index] ?? undefined)
      let outcome = 0
      while (outcome === 0 && !paused()) {
        if (lane > 0) outcome = await solveOn(lane)
        else {
          outcome = solver.solve(slice)
          // The other lanes' messages come in only when the event loop turns.
          if (others) await setImmediate()
          await step()
        }
      }
      if (outcome === 0) states[index] = solver.state()
      else {
        machines[index] = solver.machine(outcome === 2)
        states[index] = null
        finished++
      }
    }
  }
  async function solveOn(lane: number): Promise<number> {
    const input = { module, memory, record: solvers[lane].record }
    return z.int().parse(await others?.run(lane - 1, 'svm-solve', input))
  }

  let helping = true
  const helpers = Promise.all(Array.from({ length: lanes - 1 }, (_, lane) => workIn(lane + 1))).then(() => {
    helping = false
  })
  async function workHere(): Promise<void> {
    await workIn(0)
    while (helping && !paused()) {
      await Promise.race([helpers, setTimeout(50, undefined, { ref: false })])
      if (helping) await step()
    }
  }
  try {
    await Promise.all([workHere(), helpers])
  } finally {
    pause()
    await others?.close()
  }
  if (machines.every((machine) => machine !== null)) return { status: 'done', machines }
  return { status: 'paused', checkpoint: { machines, states } }
}
