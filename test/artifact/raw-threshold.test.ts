import fc from 'fast-check'
import { expect, test } from 'vitest'
import { largestRounded, rawThreshold } from '../../shared/artifact/onnx/raw-threshold.ts'

const bits = new BigInt64Array(1)
const double = new Float64Array(bits.buffer)

/** The next greater double. */
function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  double[0] = value
  bits[0] += value > 0 ? 1n : -1n
  return double[0]
}

const scaled = () => fc.oneof(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), fc.constantFrom(0, -0.5, 1e-42))
const middles = () => fc.tuple(scaled(), scaled()).map(([a, b]) => (a + b) / 2)
const scaling = () =>
  fc.record({
    mean: fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
    scale: fc.double({ noNaN: true, min: 1e-6, max: 1e6 }),
  })

test('the largest double that a threshold of float32 sends left', () => {
  fc.assert(
    fc.property(middles(), (threshold) => {
      const largest = largestRounded(threshold)
      expect(Math.fround(largest)).toBeLessThanOrEqual(threshold)
      expect(Math.fround(nextUp(largest))).toBeGreaterThan(threshold)
    }),
  )
})

test('the largest raw value that goes left', () => {
  fc.assert(
    fc.property(middles(), scaling(), (largest, { mean, scale }) => {
      const raw = rawThreshold(largest, { mean, scale })
      expect((raw - mean) / scale).toBeLessThanOrEqual(largest)
      expect((nextUp(raw) - mean) / scale).toBeGreaterThan(largest)
    }),
  )
})
