import { totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { memoryLimit } from '../../shared/runtime/memory-limit.ts'

test('the function’s memory is the limit where it is the minimum', () => {
  expect(memoryLimit(128)).toBe(128 * 2 ** 20)
})

test('without a function the limit is the container’s or the machine’s', () => {
  expect(memoryLimit()).toBe(Math.min(process.constrainedMemory() || Infinity, totalmem()))
  expect(memoryLimit(1e12)).toBe(memoryLimit())
})
