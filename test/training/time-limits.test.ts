import { expect, test } from 'vitest'
import { callLimits, checkElapsed } from '../../shared/training/time-limits.ts'

test.each([
  ['a fifth of a short call', 100_000, 80_000, 90_000],
  ['a minute of a long one', 900_000, 840_000, 870_000],
])('%s is left to pause and to write the checkpoint', (_, callMs, pauseAfter, stopAfter) => {
  expect(callLimits(callMs, 7)).toEqual({
    beginBefore: 7 + callMs / 2,
    pauseAfter: 7 + pauseAfter,
    stopAfter: 7 + stopAfter,
    callMs,
  })
})

test('a job may take as long as the limit, and no longer', () => {
  checkElapsed(3600, 3600)
  expect(() => checkElapsed(3600.1, 3600)).toThrow(
    /longer than 3600 s in all.*TENSORFLEET_MAX_TRAINING_SECONDS/,
  )
})
