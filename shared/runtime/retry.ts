/**
 * Trying again what may pass (throttling, 5xx, a lost connection): up to five times, after pauses that grow and are drawn
 * at random, so that many callers do not come back at once, and never beyond the time that the caller has left.
 *
 * The pauses are "full jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
import { setTimeout } from 'node:timers/promises'
import type { S3ClientConfig } from '@aws-sdk/client-s3'

const ATTEMPTS = 5
const BASE_MS = 100
const THROTTLED_BASE_MS = 500
const LONGEST_MS = 10_000
/** What is left for the attempt after a pause. */
const RESERVE_MS = 1000

/** Milliseconds until the caller will be stopped. */
export type TimeLeft = () => number

export const unlimited: TimeLeft = () => Number.POSITIVE_INFINITY

/** Milliseconds to wait before attempt 2, 3, …; undefined when there should be none. */
function pauseBefore(attempt: number, baseMs: number, timeLeftMs: TimeLeft): number | undefined {
  const pause = Math.random() * Math.min(LONGEST_MS, baseMs * 2 ** (attempt - 1))
  return attempt > ATTEMPTS || pause + RESERVE_MS > timeLeftMs() ? undefined : pause
}

/**
 * Does `operation`, and does it again where it failed with an error of which `mayPass` says so.
 *
 * @throws the last error.
 */
export async function retrying<T>(
  operation: () => Promise<T>,
  { mayPass, timeLeftMs }: { mayPass(error: unknown): boolean; timeLeftMs: TimeLeft },
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation()
    } catch (error) {
      const pause = mayPass(error) ? pauseBefore(attempt + 1, BASE_MS, timeLeftMs) : undefined
      if (pause === undefined) throw error
      await setTimeout(pause)
    }
  }
}

type Strategy = Extract<NonNullable<S3ClientConfig['retryStrategy']>, { recordSuccess: unknown }>

/** The settings of an AWS client that retries like this, and gives up on a connection that has gone silent. */
export function awsRetries(timeLeftMs: TimeLeft) {
  const token = (retries: number, pause: number) => ({
    getRetryCount: () => retries,
    getRetryDelay: () => pause,
  })
  const retryStrategy: Strategy = {
    acquireInitialRetryToken: async () => token(0, 0),
    async refreshRetryTokenForRetry(last, { errorType }) {
      const retries = last.getRetryCount() + 1
      const base = errorType === 'THROTTLING' ? THROTTLED_BASE_MS : BASE_MS
      const pause = errorType === 'CLIENT_ERROR' ? undefined : pauseBefore(retries + 1, base, timeLeftMs)
      if (pause === undefined) throw new Error('The request is not tried again.')
      return token(retries, pause)
    },
    recordSuccess() {},
  }
  return {
    retryStrategy,
    // A long poll is silent for 20 s.
    requestHandler: { connectionTimeout: 5000, socketTimeout: 30_000 },
  }
}
