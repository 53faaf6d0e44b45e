import { describe, expect, test } from 'vitest'
import { describeFailure, type JobRecords, stateOf } from '../../shared/job-store/job-state.ts'

const now = Date.parse('2026-01-01T12:00:00.000Z')
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString()
const job = (minutes: number) => ({ message: null, fingerprint: 'f', accepted_at: minutesAgo(minutes) })
const running = (minutes: number, phase: 'train' | 'paused' = 'train') => ({
  job_id: 'j',
  phase,
  percent: 10,
  updated_at: minutesAgo(minutes),
})
const failure = (minutes: number, fields: Record<string, unknown> = {}) => ({
  job_id: 'j',
  attempt: 2,
  max_attempts: 5,
  error: 'Error: no network.',
  failed_at: minutesAgo(minutes),
  ...fields,
})
const status = (records: JobRecords) => stateOf('j', records, now).status

describe('the state of a job without a result', () => {
  test.each<[string, string, JobRecords]>([
    ['no record', 'unknown', {}],
    ['accepted just now', 'running', { job: job(1) }],
    ['accepted, and never heard of again', 'stale', { job: job(16) }],
    ['a fresh status', 'running', { job: job(100), status: running(1) }],
    ['a status older than an invocation', 'stale', { job: job(100), status: running(16) }],
    ['paused, which may take as long as the queue does', 'paused', { status: running(60, 'paused') }],
    ['failed after its last status', 'retrying', { status: running(2), failure: failure(1) }],
    ['running again after a failure', 'running', { status: running(1), failure: failure(2) }],
    ['a next attempt to come', 'retrying', { failure: failure(30, { next_attempt_at: minutesAgo(-30) }) }],
    ['a next attempt long overdue', 'stale', { failure: failure(90, { next_attempt_at: minutesAgo(60) }) }],
    ['the last attempt failed', 'dead_lettered', { failure: failure(9000, { attempt: 5 }) }],
    ['given up', 'dead_lettered', { failure: failure(9000, { dead_lettered_at: minutesAgo(9000) }) }],
    [
      'given up after its last status, the process was killed',
      'dead_lettered',
      { status: running(60), failure: failure(90, { dead_lettered_at: minutesAgo(30) }) },
    ],
    [
      'running again after it was given up',
      'running',
      { status: running(1), failure: failure(30, { attempt: 5, dead_lettered_at: minutesAgo(30) }) },
    ],
  ])('%s: %s', (_, expected, records) => {
    expect(status(records)).toBe(expected)
  })
  test('says since when nothing was heard', () => {
    expect(stateOf('j', { job: job(100), status: running(20) }, now)).toEqual({
      job_id: 'j',
      status: 'stale',
      since: minutesAgo(20),
    })
  })
})

test('a failed attempt is told with its reason, its number and the time of the next', () => {
  expect(describeFailure(failure(1, { next_attempt_at: '2026-01-01T12:04:00.000Z' }))).toBe(
    'Attempt 2 of 5 failed: Error: no network. The next one is at 2026-01-01T12:04:00.000Z.',
  )
  expect(describeFailure(failure(1, { attempt: 5 }))).toMatch(/dead-letter queue.*dlq redrive j/)
})
