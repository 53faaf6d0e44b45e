import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { recordDeadLetter } from '../job-store/dead-letter.ts'
import { findHandOver } from '../job-store/hand-over.ts'
import { awsRetries, type TimeLeft } from '../runtime/retry.ts'
import type { Bucket } from '../storage/bucket.ts'

/**
 * A job that Batch gave up on is dead-lettered, as one whose message was received ten times: its message goes to the
 * dead-letter queue, from where it can be redriven. Doing it again sends the message again, which does no harm.
 *
 * @param batchJobId the job of Batch that failed.
 * @returns whether it is dead-lettered by this call: not where the job has ended, or another job of Batch has it.
 */
export async function returnFromBatch(
  bucket: Bucket,
  { jobId, batchJobId, reason }: { jobId: string; batchJobId: string; reason: string | undefined },
  deadLetters: { readonly url: string; readonly endpoint: string | undefined; readonly timeLeftMs: TimeLeft },
): Promise<'dead-lettered' | 'dead-lettered before' | 'ended'> {
  const handedOver = await findHandOver(bucket, jobId)
  if (handedOver === undefined) return 'ended'
  if (handedOver.batch_job_id !== undefined && handedOver.batch_job_id !== batchJobId) return 'ended'
  const recorded = await recordDeadLetter(bucket, jobId, handedOver.body, reason)
  if (recorded === undefined) return 'ended'
  const { url, endpoint, timeLeftMs } = deadLetters
  const sqs = new SQSClient({ endpoint, ...awsRetries(timeLeftMs) })
  try {
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: handedOver.body }))
  } finally {
    sqs.destroy()
  }
  return recorded.isNew ? 'dead-lettered' : 'dead-lettered before'
}
