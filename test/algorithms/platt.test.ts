import { describe, expect, test } from 'vitest'
import { couple, fitSigmoid, sigmoid } from '../../shared/algorithms/svm/platt.ts'

const decisions = Float64Array.of(-2, -1.2, -0.4, 0.1, 0.3, 0.9, 1.5, 2.2)
const positive = Uint8Array.of(0, 0, 1, 0, 1, 0, 1, 1)

describe('fitSigmoid', () => {
  test('finds the minimum of Platt’s cross-entropy', () => {
    const { a, b } = fitSigmoid(decisions, positive)
    // scipy 1.17: minimize(method='Nelder-Mead') of the same loss, with Platt's targets 5/6 and 1/6.
    expect(a).toBeCloseTo(-0.64567337, 5)
    expect(b).toBeCloseTo(0.11807762, 5)
  })
  test('ends where the gradient vanishes', () => {
    const { a, b } = fitSigmoid(decisions, positive)
    const slopes = Array.from(
      decisions,
      (decision, i) => (positive[i] ? 5 / 6 : 1 / 6) - sigmoid(decision, a, b),
    )
    expect(Math.abs(slopes.reduce((sum, slope) => sum + slope, 0))).toBeLessThan(1e-5)
    expect(Math.abs(slopes.reduce((sum, slope, i) => sum + slope * decisions[i], 0))).toBeLessThan(1e-5)
  })
  test('of classes that are far apart is finite', () => {
    const { a, b } = fitSigmoid(Float64Array.of(-1e3, 1e3), Uint8Array.of(0, 1))
    expect([a, b].every(Number.isFinite)).toBe(true)
    expect(sigmoid(1e3, a, b)).toBeGreaterThan(0.6)
    expect(sigmoid(-1e3, a, b)).toBeLessThan(0.4)
  })
})

test.each([
  [0, 0.5],
  [Math.log(3), 0.25],
  [-Math.log(3), 0.75],
  [1e6, 0],
  [-1e6, 1],
])('sigmoid of a score of %d is 1 / (1 + exp(score)), without overflow', (score, probability) => {
  expect(sigmoid(score, 1, 0)).toBeCloseTo(probability, 15)
})

describe('couple', () => {
  test('gives the distribution back from which the pairwise probabilities were made', () => {
    const p = [0.5, 0.3, 0.15, 0.05]
    const pairwise = Float64Array.from({ length: 16 }, (_, at) => {
      const [i, j] = [at >> 2, at & 3]
      return p[i] / (p[i] + p[j])
    })
    const out = new Float64Array(6).fill(9)
    couple(pairwise, 4, out, 1)
    expect([out[0], out[5]]).toEqual([9, 9])
    const found = Array.from(out.subarray(1, 5))
    // libsvm stops at 0.005 / classes.
    for (const [i, probability] of p.entries()) expect(Math.abs(found[i] - probability)).toBeLessThan(5e-3)
    expect(found.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12)
  })
  test('of two classes is their one pairwise probability', () => {
    const out = new Float64Array(2)
    couple(Float64Array.of(0, 0.8, 0.2, 0), 2, out, 0)
    expect(out[0]).toBeCloseTo(0.8, 2)
    expect(out[1]).toBeCloseTo(0.2, 2)
  })
})
