import { describe, expect, test } from 'vitest'
import { randomState } from '../../shared/data/random.ts'
import type { Candidate } from '../../shared/search/candidates.ts'
import { normalCdf } from '../../shared/search/normal.ts'
import { type ParameterValues, parseSearch, type SearchOptions } from '../../shared/search/options.ts'
import { parzenOf } from '../../shared/search/parzen.ts'
import { planTrials } from '../../shared/search/plan-trials.ts'

const size = { rows: 100, folds: 5, classCount: 2 }

/** The candidates and their values, as a search asks and tells. */
function run(options: SearchOptions, value: (candidate: Candidate) => number | undefined) {
  const plan = planTrials(options, size)
  const means: (number | undefined)[] = []
  for (let planned = plan.trials(means); means.length < planned.length; planned = plan.trials(means)) {
    means.push(value(planned[means.length].parameters))
  }
  return { candidates: plan.trials(means).map(({ parameters }) => parameters), means }
}

const parameters = {
  x: { uniform: [-5, 5] },
  rate: { log_uniform: [1e-4, 1] },
  depth: { integers: [1, 20] },
  kind: ['a', 'b', 'c', 'd'],
}
const asked = (method: string, seed: number, n_trials = 60) =>
  parseSearch({ method, parameters, n_trials, seed })
const value = ({ x, rate, depth, kind }: Candidate) =>
  -((Number(x) - 2) ** 2) -
  (Math.log10(Number(rate)) + 2) ** 2 -
  ((Number(depth) - 7) / 4) ** 2 -
  (kind === 'c' ? 0 : 3)

test('it finds better ones than chance does, with nearly every seed', () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed)
  const better = seeds.filter(
    (seed) =>
      Math.max(...run(asked('tpe', seed), value).means.map(Number)) >
      Math.max(...run(asked('random', seed), value).means.map(Number)),
  )
  expect(better.length).toBeGreaterThanOrEqual(18)
})

test('the first ten are those of the method random; a seed gives the same trials, also when the search goes on later', () => {
  const whole = run(asked('tpe', 3, 25), value)
  expect(whole.candidates).toHaveLength(25)
  expect(whole.candidates.slice(0, 10)).toEqual(run(asked('random', 3, 10), value).candidates)
  expect(run(asked('tpe', 3, 25), value)).toEqual(whole)
  const later = planTrials(asked('tpe', 3, 25), size).trials(whole.means.slice(0, 17))
  expect(later.map((trial) => trial.parameters)).toEqual(whole.candidates.slice(0, 18))
  expect(run(asked('tpe', 4, 25), value).candidates).not.toEqual(whole.candidates)
})

test('in rounds, the trials of one follow from those of the rounds before, and differ', () => {
  const options = parseSearch({ method: 'tpe', parameters, n_trials: 18, seed: 3, max_parallel: 4 })
  const whole = run(options, value)
  const atTen = planTrials(options, size).trials(whole.means.slice(0, 10))
  expect(atTen.map((trial) => trial.parameters)).toEqual(whole.candidates.slice(0, 14))
  expect(new Set(whole.candidates.map(({ x }) => x)).size).toBe(18)
  const known = planTrials(options, size, atTen).trials(whole.means.slice(0, 14))
  expect(known.map((trial) => trial.parameters)).toEqual(whole.candidates)
})

test('every value is within its bounds; trials without a score are passed over', () => {
  const { candidates } = run(asked('tpe', 1, 80), (candidate) =>
    candidate.kind === 'a' ? undefined : candidate.kind === 'b' ? Number.NaN : value(candidate),
  )
  for (const { x, rate, depth, kind } of candidates) {
    expect(Math.abs(Number(x))).toBeLessThanOrEqual(5)
    expect(Number(rate)).toBeGreaterThanOrEqual(1e-4)
    expect(Number(rate)).toBeLessThanOrEqual(1)
    expect([Number.isInteger(depth), Number(depth) >= 1 && Number(depth) <= 20]).toEqual([true, true])
    expect(parameters.kind).toContain(kind)
  }
})

describe('a Parzen estimator', () => {
  const observed = (values: readonly unknown[]) => values.map((x) => ({ x }))

  test('has probabilities that add up to one', () => {
    const whole = parzenOf([['x', { integers: [1, 9] }]], observed([2, 2, 5]))
    const sum = Array.from({ length: 9 }, (_, k) => Math.exp(whole.logDensity({ x: k + 1 })))
    expect(sum.reduce((all, p) => all + p, 0)).toBeCloseTo(1, 12)
    const choices = parzenOf([['x', ['a', 'b', 'c']]], observed(['b', 'b', 'c']))
    const of = ['a', 'b', 'c'].map((x) => Math.exp(choices.logDensity({ x })))
    expect(of.reduce((all, p) => all + p, 0)).toBeCloseTo(1, 12)
    // Three kernels of (1/4 + 1) / (3/4 + 1) for their own choice, and one of 1/3 each.
    expect(of[1]).toBeCloseTo((2 * (1.25 / 1.75) + 0.25 / 1.75 + 1 / 3) / 4, 12)
  })

  test('has a density whose integral is one', () => {
    const density = parzenOf([['x', { uniform: [0, 4] }]], observed([1, 1.5, 3.9]))
    const steps = 40_000
    let sum = 0
    for (let i = 0; i < steps; i++)
      sum += Math.exp(density.logDensity({ x: (4 * (i + 0.5)) / steps })) * (4 / steps)
    expect(sum).toBeCloseTo(1, 6)
  })

  test('draws most where it has seen most', () => {
    const random = randomState(5)
    const seen = Array.from({ length: 20 }, (_, k) => 10 + k / 10)
    const parzen = parzenOf([['x', { uniform: [0, 100] }]], observed(seen))
    const drawn = Array.from({ length: 1000 }, () => Number(parzen.draw(random).x))
    expect(drawn.filter((each) => each > 0 && each < 25).length).toBeGreaterThan(850)
  })

  test('draws together what was seen together', () => {
    const random = randomState(5)
    const parameters: [string, ParameterValues][] = [
      ['x', { uniform: [0, 100] }],
      ['kind', ['a', 'b']],
    ]
    const seen = Array.from({ length: 20 }, (_, k) =>
      k % 2 === 0 ? { x: 10 + k / 10, kind: 'a' } : { x: 90 + k / 10, kind: 'b' },
    )
    const parzen = parzenOf(parameters, seen)
    const drawn = Array.from({ length: 1000 }, () => parzen.draw(random))
    const isTogether = drawn.filter(({ x, kind }) => Number(x) < 50 === (kind === 'a'))
    expect(isTogether.length).toBeGreaterThan(800)
  })
})

test.each([
  [0, 0.5],
  [1, 0.8413447460685429],
  [-1.96, 0.024997895148220435],
  [3, 0.9986501019683699],
  [-9, 0],
])('the normal distribution function at %d is %d', (x, expected) => {
  expect(normalCdf(x)).toBeCloseTo(expected, 14)
})
