/**
 * Retries of transient errors (throttling, 5xx, a lost connection): up to five attempts, with exponential backoff and
 * full jitter between them, and never beyond the time that the caller has left.
 *
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { S3ClientConfig } from '@aws-sdk/client-s3'

const MAX_ATTEMPTS = 5
const BASE_MS = 100
const THROTTLED_BASE_MS = 500
const MAX_PAUSE_MS = 10_000
/** What is left for the attempt after a pause. */
const RESERVE_MS = 1000

/** Milliseconds until the caller will be stopped. */
export type TimeLeft = () => number

export const unlimited: TimeLeft = () => Number.POSITIVE_INFINITY

/** Milliseconds to wait before attempt 2, 3, …; undefined when there should be none. */
function pauseBefore(attempt: number, baseMs: number, timeLeftMs: TimeLeft): number | undefined {
  const pause = Math.random() * Math.min(MAX_PAUSE_MS, baseMs * 2 ** (attempt - 1))
  return attempt > MAX_ATTEMPTS || pause + RESERVE_MS > timeLeftMs() ? undefined : pause
}

/**
 * Does `operation`, and again after an error that is retryable.
 *
 * @throws the last error.
 */
export async function retrying<T>(
  operation: () => Promise<T>,
  { isRetryable, timeLeftMs }: { isRetryable(error: unknown): boolean; timeLeftMs: TimeLeft },
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation()
    } catch (error) {
      const pause = isRetryable(error) ? pauseBefore(attempt + 1, BASE_MS, timeLeftMs) : undefined
      if (pause === undefined) throw error
      await sleep(pause)
    }
  }
}

/** RetryStrategyV2 of @smithy/types, which is a dependency of the clients and not of ours. */
type RetryStrategy = Extract<NonNullable<S3ClientConfig['retryStrategy']>, { recordSuccess: unknown }>

/**
 * The settings of an AWS client that retries like `retrying`, and gives up on a connection that has gone silent.
 *
 * Not a subclass of the SDK's StandardRetryStrategy: that knows nothing of the time left, does not retry every 5xx, and
 * takes its retries from a budget that all requests of a client share, so that in an outage requests would fail at
 * their first error. It is in a package that is a dependency of the clients and not of ours, too.
 */
export function awsRetries(timeLeftMs: TimeLeft) {
  const token = (retries: number, pause: number) => ({
    getRetryCount: () => retries,
    getRetryDelay: () => pause,
  })
  const retryStrategy: RetryStrategy = {
    acquireInitialRetryToken: async () => token(0, 0),
    async refreshRetryTokenForRetry(last, { errorType }) {
      const retries = last.getRetryCount() + 1
      const base = errorType === 'THROTTLING' ? THROTTLED_BASE_MS : BASE_MS
      const pause = errorType === 'CLIENT_ERROR' ? undefined : pauseBefore(retries + 1, base, timeLeftMs)
      if (pause === undefined) throw new Error('The request is not retried.')
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
