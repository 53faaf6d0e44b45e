import { expect, test } from 'vitest'
import { lazy } from '../../shared/runtime/lazy.ts'

test('a value is made once, also for calls at the same time', async () => {
  let made = 0
  const value = lazy(async () => ++made)
  expect(made).toBe(0)
  expect(await Promise.all([value(), value(), value()])).toEqual([1, 1, 1])
})

test('a failure is not kept', async () => {
  let calls = 0
  const value = lazy(async () => {
    calls++
    if (calls === 1) throw new Error('away')
    return 'here'
  })
  await expect(value()).rejects.toThrow('away')
  expect(await value()).toBe('here')
})
