import type { MiddlewareHandler } from 'hono'
import type { ApiLimits } from './context.ts'
import { ApiError } from './problem.ts'

/**
 * Lets through so many requests a second on average, and so many at the same moment (a token bucket), of all clients
 * together: one machine, or one instance of a function, serves them.
 */
export function rateLimit({ requestsPerSecond, burst }: ApiLimits): MiddlewareHandler {
  let tokens = burst
  let last = performance.now()
  return async (_, next) => {
    const now = performance.now()
    tokens = Math.min(burst, tokens + ((now - last) / 1000) * requestsPerSecond)
    last = now
    if (tokens < 1) {
      throw new ApiError(
        'too_many_requests',
        `More than ${requestsPerSecond} requests a second: wait a second and go on more slowly.`,
      )
    }
    tokens--
    await next()
  }
}
