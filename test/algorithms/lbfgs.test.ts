/** The line search and L-BFGS beside scipy 1.17.1: DCSRCH (ftol 1e-3, gtol 0.9, xtol 0.1) and minimize(method="L-BFGS-B"). */
import { describe, expect, test } from 'vitest'
import {
  type LbfgsOutcome,
  lbfgsIteration,
  maxAbs,
  type Objective,
  startLbfgs,
} from '../../shared/algorithms/logistic-regression/lbfgs.ts'
import { startLineSearch } from '../../shared/algorithms/logistic-regression/line-search.ts'

describe('the line search', () => {
  /** The steps that are tried, until one is taken. */
  function stepsOf(value: (a: number) => number, slope: (a: number) => number, first: number): number[] {
    const search = startLineSearch(value(0), slope(0), first)
    const steps: number[] = []
    for (let step: number | undefined = first; step !== undefined; ) {
      steps.push(step)
      step = search(step, value(step), slope(step))
    }
    return steps
  }
  /** Moré and Thuente's first function, (5.1) with beta 2: its minimum is at sqrt(2). */
  const rational: [(a: number) => number, (a: number) => number] = [
    (a) => -a / (a * a + 2),
    (a) => (a * a - 2) / (a * a + 2) ** 2,
  ]
  test.each<[string, [(a: number) => number, (a: number) => number], number, number[]]>([
    ['takes a step that decreases enough', [(a) => (a - 3) ** 2, (a) => 2 * (a - 3)], 1, [1]],
    ['goes on by four times the step', rational, 0.001, [0.001, 0.005, 0.021, 0.085, 0.341]],
    [
      'comes back into the interval',
      rational,
      1000,
      [1000, 332.83537094698613, 110.78382764820593, 36.88760696396662],
    ],
    [
      'interpolates in an interval that holds the minimum',
      [(a) => Math.exp(a) - 3 * a, (a) => Math.exp(a) - 3],
      5,
      [5, 1.2686075234301368],
    ],
  ])('%s', (_, [value, slope], first, expected) => {
    const steps = stepsOf(value, slope, first)
    expect(steps).toHaveLength(expected.length)
    for (const [i, step] of steps.entries()) expect(step).toBeCloseTo(expected[i], 12)
  })
})

describe('L-BFGS', () => {
  /** scipy.optimize.rosen and rosen_der. */
  const rosenbrock: Objective = async (x, gradient) => {
    gradient.fill(0)
    let value = 0
    for (let i = 0; i + 1 < x.length; i++) {
      const curve = x[i + 1] - x[i] ** 2
      value += 100 * curve ** 2 + (1 - x[i]) ** 2
      gradient[i] += -400 * curve * x[i] - 2 * (1 - x[i])
      gradient[i + 1] += 200 * curve
    }
    return value
  }
  const options = { gradientTolerance: 1e-4, valueTolerance: 64 * Number.EPSILON, maxIterations: 1000 }

  async function minimize(objective: Objective, size: number, maxIterations = options.maxIterations) {
    const state = await startLbfgs(objective, size)
    const points: number[][] = []
    let outcome: LbfgsOutcome = 'running'
    while (outcome === 'running') {
      outcome = await lbfgsIteration(objective, state, { ...options, maxIterations })
      points.push(Array.from(state.point))
    }
    return { state, outcome, points }
  }

  test('takes scipy’s first steps on the Rosenbrock function, and stops where scipy does', async () => {
    const { state, outcome, points } = await minimize(rosenbrock, 2)
    const first = [
      [0.1748552050675202, 0],
      [0.26113634074560516, 0.049066353909103],
      [0.323944139394845, 0.11056436266425344],
      [0.4240470938835948, 0.1652390397423122],
    ]
    for (const [i, point] of first.entries()) {
      for (const [j, x] of point.entries()) expect(points[i][j]).toBeCloseTo(x, 9)
    }
    expect({ outcome, iterations: state.iterations, evaluations: state.evaluations }).toEqual({
      outcome: 'converged',
      iterations: 21,
      evaluations: 25,
    })
    expect(maxAbs(state.gradient)).toBeLessThanOrEqual(1e-4)
  })

  test('needs scipy’s iterations with more pairs than it keeps', async () => {
    const { state } = await minimize(rosenbrock, 5)
    expect({ iterations: state.iterations, evaluations: state.evaluations }).toEqual({
      iterations: 35,
      evaluations: 46,
    })
    for (const x of state.point) expect(x).toBeCloseTo(1, 5)
  })

  test('stops at the limit of iterations, and at once at a minimum', async () => {
    expect((await minimize(rosenbrock, 2, 3)).outcome).toBe('out of iterations')
    const flat: Objective = async (_, gradient) => {
      gradient.fill(0)
      return 1
    }
    const { outcome, state } = await minimize(flat, 3)
    expect({ outcome, iterations: state.iterations }).toEqual({ outcome: 'converged', iterations: 0 })
  })

  test('a state that is copied between two iterations goes on to the same point', async () => {
    const whole = await minimize(rosenbrock, 5)
    let state = await startLbfgs(rosenbrock, 5)
    while ((await lbfgsIteration(rosenbrock, state, options)) === 'running') state = structuredClone(state)
    expect(state).toEqual(whole.state)
  })
})
