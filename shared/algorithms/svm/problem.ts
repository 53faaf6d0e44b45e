import { z } from 'zod'
import type { Matrix } from '../../data/matrix.ts'
import { openKernel } from '../../wasm/kernel.ts'
import { kernel, Problem as ProblemRecord } from '../../wasm/kernels/svm.ts'
import { type MemoryLayout, recordAt } from '../../wasm/memory.ts'
import { float, float64, int32 } from '../arrays.ts'
import { CACHE_BYTES } from './estimate.ts'
import { type KernelName, kernelNumbers, paddedRows } from './kernel.ts'

/** What every problem of one fit has in common. */
export type Settings = {
  readonly kernel: KernelName
  readonly gamma: number
  readonly degree: number
  readonly coef0: number
  readonly tolerance: number
  readonly shrinking: boolean
  readonly maxIterations: number
}

/**
 * A two-class problem: rows of the features, the first `positives` of them with the sign +1, the others -1. In a
 * regression all have the sign +1.
 */
export type Problem = {
  readonly rows: Int32Array
  readonly positives: number
  /** The maximum alpha of a positive and of a negative row. */
  readonly bounds: readonly [number, number]
  /** Per row of the problem, what its bound is multiplied by; absent: 1. */
  readonly weights?: Float64Array
  readonly regression?: {
    /** Per row of the problem. */
    readonly target: Float64Array
    /** Half the width of the tube in which an error costs nothing. */
    readonly epsilon: number
  }
}

/** Per row of the problem, the sign times alpha; the decision value of x is their sum over K(row, x), less rho. */
export type Machine = {
  readonly coefficients: Float64Array
  readonly rho: number
  readonly timedOut: boolean
}

export const solverState = z.object({
  /** Per position, the row that lies there, and the row's values. */
  order: int32(),
  alpha: float64(),
  f: float64(),
  bar: float64(),
  active: z.int(),
  counter: z.int(),
  iterations: z.int(),
  unshrunk: z.int(),
  selected: z.int(),
  greatest: float(),
  work: float(),
})
/** Where a solver is, between two iterations: plain data. */
export type SolverState = z.infer<typeof solverState>

/** Where a solver's record and its arrays lie. */
export type SolverLayout = {
  readonly record: number
  /** Rows of kernel values that the cache has room for. */
  readonly slots: number
  readonly at: ReturnType<typeof solverArrays>
}

function solverArrays(layout: MemoryLayout, stride: number, features: number, slots: number) {
  return {
    x: layout.float64(stride * features),
    squares: layout.float64(stride),
    diagonal: layout.float64(stride),
    f: layout.float64(stride),
    bar: layout.float64(stride),
    up: layout.float64(stride),
    low: layout.float64(stride),
    alpha: layout.float64(stride),
    bound: layout.float64(stride),
    sign: layout.float64(stride),
    linear: layout.float64(stride),
    order: layout.int32(stride),
    slotOf: layout.int32(stride),
    swaps: layout.int32(stride),
    rowOf: layout.int32(slots + 1),
    lengths: layout.int32(slots + 1),
    newer: layout.int32(slots + 1),
    older: layout.int32(slots + 1),
    point: layout.float64(features),
    eight: layout.float64(16),
    cache: layout.float32(slots * stride),
  }
}

/** Lays out a solver of up to `rows` rows, one of `threads` that share the cache. */
export function layOutSolver(
  layout: MemoryLayout,
  rows: number,
  features: number,
  threads: number,
): SolverLayout {
  const stride = paddedRows(rows)
  const slots = Math.max(2, Math.min(rows, Math.floor(CACHE_BYTES / threads / (stride * 4))))
  return {
    record: layout.record(ProblemRecord),
    slots,
    at: solverArrays(layout, stride, features, slots),
  }
}

export type Solver = {
  /** Takes up a problem, from its start or from where it was. */
  load(problem: Problem, state?: SolverState): void
  /** Works on it: GOES_ON, SOLVED, or OUT_OF_ITERATIONS. */
  solve(budget: number): number
  state(): SolverState
  machine(timedOut: boolean): Machine
}

/** Opens the kernel for a solver. `stop` is the address of the number that stops it. */
export function openSolver(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  layout: SolverLayout,
  stop: number,
  features: Matrix,
  settings: Settings,
): Solver {
  const { prepare, solve, rho } = openKernel(kernel, module, memory)
  const { buffer } = memory
  const { at, slots } = layout
  const record = recordAt(ProblemRecord, memory, layout.record)
  const doubles = (address: number, length: number) => new Float64Array(buffer, address, length)
  const orderOf = (length: number) => new Int32Array(buffer, at.order, length)

  return {
    load(problem, state = initialState(problem)) {
      const count = problem.rows.length
      const stride = paddedRows(count)
      const { active, counter, iterations, unshrunk, selected, greatest, work } = state
      record.fill({
        ...at,
        slots,
        stop,
        rows: count,
        stride,
        features: features.columns,
        ...numbersOf(settings, problem),
        active,
        counter,
        iterations,
        unshrunk,
        selected,
        greatest,
        work,
      })
      orderOf(count).set(state.order)
      doubles(at.alpha, count).set(state.alpha)
      doubles(at.f, count).set(state.f)
      doubles(at.bar, count).set(state.bar)
      fillRows(
        {
          x: doubles(at.x, stride * features.columns).fill(0),
          bound: doubles(at.bound, count),
          sign: doubles(at.sign, count),
          linear: doubles(at.linear, count),
        },
        features,
        problem,
        state.order,
      )
      prepare(layout.record)
    },
    solve: (budget) => solve(layout.record, budget),
    state() {
      const count = record.get('rows')
      return {
        order: orderOf(count).slice(),
        alpha: doubles(at.alpha, count).slice(),
        f: doubles(at.f, count).slice(),
        bar: doubles(at.bar, count).slice(),
        active: record.get('active'),
        counter: record.get('counter'),
        iterations: record.get('iterations'),
        unshrunk: record.get('unshrunk'),
        selected: record.get('selected'),
        greatest: record.get('greatest'),
        work: record.get('work'),
      }
    },
    machine(timedOut) {
      const count = record.get('rows')
      const coefficients = new Float64Array(count)
      const [order, alpha, sign] = [orderOf(count), doubles(at.alpha, count), doubles(at.sign, count)]
      for (let t = 0; t < count; t++) coefficients[order[t]] = sign[t] * alpha[t]
      return { coefficients, rho: rho(layout.record), timedOut }
    },
  }
}

/** The settings as the kernel's record has them. */
function numbersOf(settings: Settings, { regression }: Problem) {
  return {
    regression: regression === undefined ? 0 : 1,
    epsilon: regression?.epsilon ?? 0,
    kernel: kernelNumbers[settings.kernel],
    degree: settings.degree,
    gamma: settings.gamma,
    coef0: settings.coef0,
    tolerance: settings.tolerance,
    shrinking: settings.shrinking ? 1 : 0,
    maxIterations: settings.maxIterations,
  }
}

/** Writes the rows of a problem in the solver's order, with what belongs to them; `x` is padded to the solver's stride. */
function fillRows(
  to: {
    readonly x: Float64Array
    readonly bound: Float64Array
    readonly sign: Float64Array
    readonly linear: Float64Array
  },
  features: Matrix,
  problem: Problem,
  order: Int32Array,
): void {
  const { columns, values } = features
  const { rows, positives, bounds, weights } = problem
  const linear = linearTerms(problem)
  const stride = paddedRows(rows.length)
  for (let t = 0; t < rows.length; t++) {
    const given = order[t]
    for (let f = 0; f < columns; f++) to.x[f * stride + t] = values[f * features.rows + rows[given]]
    to.bound[t] = (given < positives ? bounds[0] : bounds[1]) * (weights?.[given] ?? 1)
    to.sign[t] = given < positives ? 1 : -1
    to.linear[t] = linear[given]
  }
}

/** Per row, the sign times the linear term of the objective, epsilon not counted. */
function linearTerms({ rows, positives, regression }: Problem): Float64Array {
  if (regression !== undefined) return regression.target.map((value) => -value)
  return Float64Array.from(rows, (_, t) => (t < positives ? -1 : 1))
}

/** The state of a problem of which nothing is solved yet. */
function initialState(problem: Problem): SolverState {
  const rows = problem.rows.length
  const alphas = problem.regression === undefined ? rows : 2 * rows
  return {
    order: Int32Array.from({ length: rows }, (_, t) => t),
    alpha: new Float64Array(rows),
    f: linearTerms(problem),
    bar: new Float64Array(rows),
    active: rows,
    counter: Math.min(alphas, 1000) + 1,
    iterations: 0,
    unshrunk: 0,
    selected: -2,
    greatest: 0,
    work: 0,
  }
}
