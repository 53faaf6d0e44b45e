import { z } from 'zod'
import type { Matrix } from '../../data/matrix.ts'
import { instantiate, type memoryLayout } from '../../wasm/instance.ts'
import { float64, int32 } from '../arrays.ts'
import { type KernelName, kernel, kernelNumbers, paddedRows } from './kernel.ts'

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

/** A two-class problem: rows of the features, the first `positives` of them with the sign +1, the others -1. */
export type Problem = {
  readonly rows: Int32Array
  readonly positives: number
  /** The greatest alpha of a positive and of a negative row. */
  readonly bounds: readonly [number, number]
}

/** Per row of the problem, the sign times alpha; the decision value of x is their sum over K(row, x), less rho. */
export type Machine = {
  readonly coefficients: Float64Array
  readonly rho: number
  readonly timedOut: boolean
}

export const solverState = z.object({
  /** Per place, the row that lies there, and the row's values. */
  order: int32(),
  alpha: float64(),
  f: float64(),
  bar: float64(),
  active: z.int(),
  counter: z.int(),
  iterations: z.int(),
  unshrunk: z.int(),
  selected: z.int(),
  greatest: z.number(),
  work: z.number(),
})
/** Where a solver is, between two iterations: plain data. */
export type SolverState = z.infer<typeof solverState>

/** Bytes of kernel values that the lanes of a fit keep at most, as libsvm's cache_size of 200 MB. */
const cacheBytes = 200 * 2 ** 20

// The fields of the kernel's Problem in its order, first those of 4 bytes, then those of 8.
const addresses = [
  'x',
  'squares',
  'diagonal',
  'f',
  'bar',
  'up',
  'low',
  'alpha',
  'bound',
  'sign',
  'order',
  'slotOf',
  'rowOf',
  'lengths',
  'newer',
  'older',
  'cache',
  'slots',
  'point',
  'eight',
  'swaps',
  'stop',
] as const
const numbers = ['rows', 'stride', 'features', 'kernel', 'degree', 'shrinking', 'maxIterations'] as const
const counters = ['active', 'counter', 'iterations', 'unshrunk', 'selected'] as const
const integers = [...numbers, ...addresses, ...counters]
const reals = ['gamma', 'coef0', 'tolerance', 'greatest', 'work'] as const
const realsAt = Math.ceil((integers.length * 4) / 8) * 8

export type SolverLayout = { readonly header: number; readonly at: Readonly<Record<string, number>> }

/** Places for a solver of up to `rows` rows, one of `lanes` that share the cache. */
export function solverLayout(
  layout: ReturnType<typeof memoryLayout>,
  rows: number,
  features: number,
  lanes: number,
): SolverLayout {
  const stride = paddedRows(rows)
  const slots = Math.max(2, Math.min(rows, Math.floor(cacheBytes / lanes / (stride * 4))))
  const header = layout.int32(realsAt / 4 + reals.length * 2)
  const at: Record<string, number> = { slots }
  at.x = layout.float64(stride * features)
  for (const name of ['squares', 'diagonal', 'f', 'bar', 'up', 'low', 'alpha', 'bound', 'sign']) {
    at[name] = layout.float64(stride)
  }
  for (const name of ['order', 'slotOf', 'swaps']) at[name] = layout.int32(stride)
  for (const name of ['rowOf', 'lengths', 'newer', 'older']) at[name] = layout.int32(slots + 1)
  at.point = layout.float64(features)
  at.eight = layout.float64(16)
  at.cache = layout.float32(slots * stride)
  return { header, at }
}

export type Solver = {
  /** Takes up a problem, from its start or from where it was. */
  load(problem: Problem, state?: SolverState): void
  /** Works on it: 0 is not done yet, 1 is solved, 2 is out of iterations. */
  solve(budget: number): number
  state(): SolverState
  machine(timedOut: boolean): Machine
}

/** A solver at its place in `memory`. `stop` is the address of the number that stops it. */
export function solverAt(
  memory: WebAssembly.Memory,
  { header, at }: SolverLayout,
  stop: number,
  features: Matrix,
  settings: Settings,
): Solver {
  const { prepare, solve, rho } = instantiate(kernel, memory)
  const { buffer } = memory
  const integer = new Int32Array(buffer, header, integers.length)
  const real = new Float64Array(buffer, header + realsAt, reals.length)
  const setInteger = (name: (typeof integers)[number], value: number) => {
    integer[integers.indexOf(name)] = value
  }
  const getInteger = (name: (typeof integers)[number]) => integer[integers.indexOf(name)]
  const setReal = (name: (typeof reals)[number], value: number) => {
    real[reals.indexOf(name)] = value
  }
  const getReal = (name: (typeof reals)[number]) => real[reals.indexOf(name)]
  const doubles = (name: string, length: number) => new Float64Array(buffer, at[name], length)
  const order = (length: number) => new Int32Array(buffer, at.order, length)

  return {
    load({ rows, positives, bounds }, state) {
      const count = rows.length
      const stride = paddedRows(count)
      const { columns, values } = features
      for (const name of addresses) setInteger(name, at[name])
      setInteger('stop', stop)
      setInteger('rows', count)
      setInteger('stride', stride)
      setInteger('features', columns)
      setInteger('kernel', kernelNumbers[settings.kernel])
      setInteger('degree', settings.degree)
      setInteger('shrinking', settings.shrinking ? 1 : 0)
      setInteger('maxIterations', settings.maxIterations)
      setReal('gamma', settings.gamma)
      setReal('coef0', settings.coef0)
      setReal('tolerance', settings.tolerance)
      const start: SolverState = state ?? {
        order: Int32Array.from({ length: count }, (_, t) => t),
        alpha: new Float64Array(count),
        f: Float64Array.from({ length: count }, (_, t) => (t < positives ? -1 : 1)),
        bar: new Float64Array(count),
        active: count,
        counter: Math.min(count, 1000) + 1,
        iterations: 0,
        unshrunk: 0,
        selected: -2,
        greatest: 0,
        work: 0,
      }
      for (const name of counters) setInteger(name, start[name])
      setReal('greatest', start.greatest)
      setReal('work', start.work)
      order(count).set(start.order)
      doubles('alpha', count).set(start.alpha)
      doubles('f', count).set(start.f)
      doubles('bar', count).set(start.bar)
      const x = doubles('x', stride * columns).fill(0)
      const [bound, sign] = [doubles('bound', count), doubles('sign', count)]
      for (let t = 0; t < count; t++) {
        const given = start.order[t]
        for (let f = 0; f < columns; f++) x[f * stride + t] = values[f * features.rows + rows[given]]
        bound[t] = given < positives ? bounds[0] : bounds[1]
        sign[t] = given < positives ? 1 : -1
      }
      prepare(header)
    },
    solve: (budget) => solve(header, budget),
    state() {
      const count = getInteger('rows')
      return {
        order: order(count).slice(),
        alpha: doubles('alpha', count).slice(),
        f: doubles('f', count).slice(),
        bar: doubles('bar', count).slice(),
        active: getInteger('active'),
        counter: getInteger('counter'),
        iterations: getInteger('iterations'),
        unshrunk: getInteger('unshrunk'),
        selected: getInteger('selected'),
        greatest: getReal('greatest'),
        work: getReal('work'),
      }
    },
    machine(timedOut) {
      const count = getInteger('rows')
      const coefficients = new Float64Array(count)
      const [places, alpha, sign] = [order(count), doubles('alpha', count), doubles('sign', count)]
      for (let t = 0; t < count; t++) coefficients[places[t]] = sign[t] * alpha[t]
      return { coefficients, rho: rho(header), timedOut }
    },
  }
}
