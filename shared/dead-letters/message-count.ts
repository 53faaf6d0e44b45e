import { GetQueueAttributesCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { awsRetries, unlimited } from '../runtime/retry.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'

/**
 * How many messages the jobs queue and its dead-letter queue hold: waiting, being worked on, or waiting for a retry.
 * Approximate in AWS for about a minute after the last change.
 *
 * @returns undefined where these credentials may not look into the queues, as those of somebody who only sends jobs.
 */
export async function messageCount(worker: {
  readonly queueUrl: string
  readonly aws: Pick<SQSClientConfig, 'endpoint' | 'region' | 'credentials'>
}): Promise<number | undefined> {
  const sqs = new SQSClient({ ...worker.aws, ...awsRetries(unlimited) })
  try {
    const dead = await deadLetterQueue(sqs, worker.queueUrl)
    const counts = await Promise.all([worker.queueUrl, dead.url].map((url) => messagesIn(sqs, url)))
    return counts[0] + counts[1]
  } catch (error) {
    if (error instanceof Error && /^AccessDenied/.test(error.name)) return undefined
    throw error
  } finally {
    sqs.destroy()
  }
}

async function messagesIn(sqs: SQSClient, url: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  )
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0)
}
