import { expect, test } from 'vitest'
import { loadKernel, openKernel } from '../../shared/wasm/kernel.ts'
import { kernel } from '../../shared/wasm/kernels/exp.ts'
import { memoryLayout, sharedMemory } from '../../shared/wasm/memory.ts'

test('the vector exponential is within two units in the last place of Math.exp', async () => {
  const count = 200_000
  const layout = memoryLayout()
  const at = layout.float64(count)
  const memory = sharedMemory(layout.end())
  const { expInPlace } = openKernel(kernel, await loadKernel(kernel), memory)
  const values = new Float64Array(memory.buffer, at, count)
  const given = Float64Array.from(values, (_, i) => -700 + (1400 * i) / count + Math.sin(i) * 1e-3)
  given.set([0, -0, 1e-300, -1e-300, 1, -1, 0.5 * Math.LN2, -0.5 * Math.LN2, 709, -708])
  values.set(given)
  expInPlace(at, count)
  let worst = 0
  for (let i = 0; i < count; i++) {
    const truth = Math.exp(given[i])
    const unit = 2 ** (Math.floor(Math.log2(truth)) - 52)
    worst = Math.max(worst, Math.abs(values[i] - truth) / unit)
  }
  expect(worst).toBeLessThanOrEqual(2)
  expect(values[0]).toBe(1)
})

test('far below zero the vector exponential stays close to 0', async () => {
  const layout = memoryLayout()
  const at = layout.float64(2)
  const memory = sharedMemory(layout.end())
  const { expInPlace } = openKernel(kernel, await loadKernel(kernel), memory)
  const values = new Float64Array(memory.buffer, at, 2)
  values.set([-1e6, Number.NEGATIVE_INFINITY])
  expInPlace(at, 2)
  expect(Math.max(...values)).toBeLessThan(1e-307)
})
