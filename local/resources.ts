import { CreateBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'

/** Receives after which a job goes to the dead-letter queue. */
export const MAX_RECEIVES = 5

/** Makes sure that the bucket, the queue of jobs and its dead-letter queue are there. Returns the queues' URLs. */
export async function createResources(
  endpoint: string,
  bucket: string,
  queue: string,
): Promise<{ jobQueueUrl: string; deadLetterQueueUrl: string }> {
  const s3 = new S3Client({ endpoint, forcePathStyle: true })
  const sqs = new SQSClient({ endpoint })
  try {
    const there = await s3.send(new HeadBucketCommand({ Bucket: bucket })).then(
      () => true,
      () => false,
    )
    if (!there) await s3.send(new CreateBucketCommand({ Bucket: bucket }))
    const deadLetterQueueUrl = await createQueue(sqs, `${queue}-dlq`, { MessageRetentionPeriod: '1209600' })
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
    )
    const redrive = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: MAX_RECEIVES }
    const jobQueueUrl = await createQueue(sqs, queue, { RedrivePolicy: JSON.stringify(redrive) })
    return {
      jobQueueUrl: reachable(jobQueueUrl, endpoint),
      deadLetterQueueUrl: reachable(deadLetterQueueUrl, endpoint),
    }
  } finally {
    s3.destroy()
    sqs.destroy()
  }
}

async function createQueue(
  sqs: SQSClient,
  name: string,
  Attributes: Record<string, string>,
): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }))
  if (QueueUrl === undefined) throw new Error(`SQS made no queue ${name}.`)
  return QueueUrl
}

/** The queue's URL with the endpoint's host: local servers name hosts that not every system can look up. */
function reachable(queueUrl: string, endpoint: string): string {
  return new URL(new URL(queueUrl).pathname, endpoint).href
}
