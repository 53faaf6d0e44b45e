import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { z } from 'zod'

const redrivePolicy = z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() })

/** A queue and its dead-letter queue are in one account and region, so that their URLs differ in the name only. */
export async function deadLetterQueue(
  sqs: SQSClient,
  queueUrl: string,
): Promise<{ url: string; attempts: number }> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['RedrivePolicy'] }),
  )
  if (Attributes?.RedrivePolicy === undefined)
    throw new Error(`The queue ${queueUrl} has no dead-letter queue.`)
  const policy = redrivePolicy.parse(JSON.parse(Attributes.RedrivePolicy))
  const name = policy.deadLetterTargetArn.split(':').at(-1) ?? ''
  return { url: queueUrl.replace(/[^/]+$/, name), attempts: policy.maxReceiveCount }
}
