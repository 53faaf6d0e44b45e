/** Small functions for the tests of the function host. */
import type { Context, SQSEvent } from 'aws-lambda'

export const echo = async (event: unknown, context: Context) => ({
  event,
  remaining: context.getRemainingTimeInMillis(),
  requestId: context.awsRequestId,
  pid: process.pid,
})

export const fail = async () => {
  throw new TypeError('not today')
}

export const crash = () => process.exit(3)

export const hang = () => new Promise(() => setInterval(() => undefined, 1000))

/** Succeeds with messages that say "good", reports the others as failed. */
export const partial = async (event: SQSEvent) => ({
  batchItemFailures: event.Records.filter(({ body }) => body !== 'good').map(({ messageId }) => ({
    itemIdentifier: messageId,
  })),
})
