/** How often a message is received before it moves to the dead-letter queue: SQS' maxReceiveCount. */
export const MAX_RECEIVE_COUNT = 10

/** Retries after which the delay grows no more. */
const LAST_GROWTH = 3

/**
 * How long a message whose attempt failed stays invisible: exponential backoff with jitter, so that jobs which failed
 * together are not retried together. With a base of 60 s: 1, 4, 16 and then every 64 minutes, each
 * shortened by up to a half.
 *
 * @param receiveCount how often the message was received, this attempt included: 1, 2, …
 * @param baseSeconds the longest delay after the first attempt.
 * @param random gives numbers in [0, 1), as Math.random does.
 * @returns seconds; 0 after the last attempt, as the next receive moves the message to the dead-letter queue.
 */
export function retryDelaySeconds(
  receiveCount: number,
  baseSeconds: number,
  random: () => number = Math.random,
): number {
  if (receiveCount >= MAX_RECEIVE_COUNT) return 0
  return Math.round(baseSeconds * 4 ** Math.min(receiveCount - 1, LAST_GROWTH) * (0.5 + random() / 2))
}
