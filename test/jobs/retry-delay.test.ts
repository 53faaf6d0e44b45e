import { expect, test } from 'vitest'
import { MAX_RECEIVE_COUNT, retryDelaySeconds } from '../../shared/jobs/retry-delay.ts'

const longest = () => 1 - Number.EPSILON
const shortest = () => 0

test.each([
  [1, 30, 60],
  [2, 120, 240],
  [3, 480, 960],
  [4, 1920, 3840],
  [5, 1920, 3840],
  [9, 1920, 3840],
])('after receive %i: from %i to %i seconds with a base of a minute', (receiveCount, least, most) => {
  expect(retryDelaySeconds(receiveCount, 60, shortest)).toBe(least)
  expect(retryDelaySeconds(receiveCount, 60, longest)).toBe(most)
})

test('after the last receive the message goes to the dead-letter queue at once', () => {
  expect(retryDelaySeconds(MAX_RECEIVE_COUNT, 60, longest)).toBe(0)
})

test('a base of 0 retries at once', () => {
  expect(retryDelaySeconds(4, 0, longest)).toBe(0)
})

test('is a whole number of seconds, as SQS takes it, and at random by default', () => {
  const delays = Array.from({ length: 100 }, () => retryDelaySeconds(2, 60))
  expect(delays.every(Number.isInteger)).toBe(true)
  expect(new Set(delays).size).toBeGreaterThan(10)
})
