import { CreateBucketCommand, HeadBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { MAX_RECEIVE_COUNT } from '../shared/jobs/retry-delay.ts'
import type { AwsClientSettings } from './aws-client-settings.ts'

/**
 * Makes sure that the bucket, the queue of jobs, its dead-letter queue and the queue of events are there. Returns the
 * queues' URLs.
 */
export async function createResources(
  aws: AwsClientSettings,
  bucket: string,
  queue: string,
): Promise<Record<'jobQueueUrl' | 'deadLetterQueueUrl' | 'eventQueueUrl', string>> {
  const s3 = new S3Client({ ...aws, forcePathStyle: true })
  const sqs = new SQSClient(aws)
  try {
    const [{ jobQueueUrl, deadLetterQueueUrl, eventQueueUrl }] = await Promise.all([
      createQueues(sqs, queue),
      createBucket(s3, bucket),
    ])
    return {
      jobQueueUrl: withHostOf(aws.endpoint, jobQueueUrl),
      deadLetterQueueUrl: withHostOf(aws.endpoint, deadLetterQueueUrl),
      eventQueueUrl: withHostOf(aws.endpoint, eventQueueUrl),
    }
  } finally {
    s3.destroy()
    sqs.destroy()
  }
}

async function createBucket(s3: S3Client, bucket: string): Promise<void> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket }))
  } catch (error) {
    if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode !== 404) throw error
    await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  }
}

async function createQueues(sqs: SQSClient, name: string) {
  const deadLetterQueueUrl = await queueUrl(sqs, `${name}-dlq`, async () => ({
    MessageRetentionPeriod: '1209600',
  }))
  const jobQueueUrl = await queueUrl(sqs, name, async () => {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
    )
    const redrive = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: MAX_RECEIVE_COUNT }
    return { RedrivePolicy: JSON.stringify(redrive) }
  })
  const eventQueueUrl = await queueUrl(sqs, `${name}-events`, async () => ({
    // Events need not be kept for readers that come later.
    MessageRetentionPeriod: '3600',
  }))
  return { jobQueueUrl, deadLetterQueueUrl, eventQueueUrl }
}

/** The URL of a queue, which is made if need be; one that is there keeps the attributes that it has. */
async function queueUrl(
  sqs: SQSClient,
  QueueName: string,
  attributes: () => Promise<Record<string, string>>,
): Promise<string> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName })).catch(async (error: unknown) => {
    if (!(error instanceof QueueDoesNotExist)) throw error
    return sqs.send(new CreateQueueCommand({ QueueName, Attributes: await attributes() }))
  })
  if (QueueUrl === undefined) throw new Error(`SQS made no queue ${QueueName}.`)
  return QueueUrl
}

/** The queue's URL with the endpoint's host: local servers name hosts that not every system can look up. */
function withHostOf(endpoint: string, queueUrl: string): string {
  return new URL(new URL(queueUrl).pathname, endpoint).href
}
