import { expect, test } from 'vitest'
import { Outgrown } from '../../shared/errors/outgrown.ts'
import {
  callLimits,
  checkElapsed,
  checkExpected,
  checkProgress,
  OutOfTime,
  watchPredictions,
} from '../../shared/training/time-limits.ts'

test.each([
  ['a fifth of a short call', 100_000, 80_000, 90_000],
  ['a minute of a long one', 900_000, 840_000, 870_000],
])('%s is left to pause and to write the checkpoint', (_, callMs, pauseAfter, stopAfter) => {
  expect(callLimits(callMs, 7)).toEqual({
    beginBefore: 7 + callMs / 2,
    pauseAfter: 7 + pauseAfter,
    stopAfter: 7 + stopAfter,
    callMs,
    isInterrupted: false,
  })
})

test('a job may take as long as the limit, and no longer', () => {
  checkElapsed(3600, 3600, 1)
  expect(() => checkElapsed(3600.1, 3600, 1)).toThrow(
    /longer than 3600 s in all.*TENSORFLEET_MAX_TRAINING_SECONDS/,
  )
})

test('without a limit nothing ends a call but an interruption, which leaves a fit 20 s to pause', () => {
  let interruptedAt = Number.POSITIVE_INFINITY
  const limits = callLimits(Number.POSITIVE_INFINITY, 7, () => interruptedAt)
  const never = Number.POSITIVE_INFINITY
  expect({ ...limits }).toMatchObject({ beginBefore: never, pauseAfter: never, stopAfter: never })
  interruptedAt = 100
  expect({ ...limits }).toMatchObject({ beginBefore: 100, pauseAfter: 100, stopAfter: 20_100 })
})

test('a fit that is interrupted where it was resumed is not one that makes no progress', () => {
  const saved = { checkpoint: { at: 1 }, seconds: 1, elapsed: 1 }
  const interrupted = callLimits(1000, 0, () => 5)
  checkProgress({ at: 1 }, saved, interrupted)
  expect(() => checkProgress({ at: 1 }, saved, callLimits(1000, 0))).toThrow(/makes no progress/)
})

/** A watch of predictions in a call of 900 s that began at 0, of which the first 100 s are over. */
function watching(mayPause: boolean) {
  const clock = { ms: 100_000 }
  const limits = callLimits(900_000, 0)
  const watch = watchPredictions(limits, { memoryBytes: 7, threads: 2 }, { mayPause }, () => clock.ms)
  return (secondsSpent: number, done: number, all: number) => {
    clock.ms = 100_000 + 1000 * secondsSpent
    watch(done, all)
  }
}

test('predictions that take longer than a call end the job as soon as that is clear', () => {
  const watch = watching(true)
  watch(1, 1, 1_000_000)
  watch(6, 10, 1000)
  expect(() => watch(10, 10, 1000)).toThrow(
    /^The predictions of 1000 rows, by which the model is measured, take about 1000 s on 2 threads, and a call of this worker ends after 900 s: send fewer rows/,
  )
})

test('predictions for which the rest of a call is too short are left to the next one, and no further', () => {
  const late = [771, 950, 1000] as const
  watching(true)(769, 950, 1000)
  expect(() => watching(true)(...late)).toThrow(OutOfTime)
  expect(() => watching(false)(...late)).toThrow(Outgrown)
  watching(false)(771, 1000, 1000)
})

test('a fit that will exceed the limit at its pace ends after a minute', () => {
  const day = 86_400
  checkExpected(59, 0.0001, day, 7)
  checkExpected(60, 60 / (1.2 * day), day, 7)
  expect(() => checkExpected(61, 0.0001, day, 7)).toThrow(
    /^The training will take about 8 days, by the 61 s of its first 0\.010 %, and this worker's limit is 24 hours/,
  )
})
