import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { recordDeadLetter } from '../job-store/dead-letter.ts'
import { giveUpTrial, type SendInGroup } from '../job-store/recover-searches.ts'
import { outcomeId } from '../jobs/parse-message.ts'
import type { AttemptFailure } from '../jobs/records.ts'
import { readTrialMessage } from '../jobs/trial-message.ts'
import { awsRetries, type TimeLeft } from '../runtime/retry.ts'
import { sendMessages } from '../runtime/send-messages.ts'
import type { Bucket } from '../storage/bucket.ts'
import { giveBack, holdLetters } from './hold-letters.ts'

/** Letters of one call; should there be more, later calls receive others, as SQS keeps no order. */
const LIMIT = 1000

/**
 * Records of each job whose message lies in the dead-letter queue that no attempt follows, so that nobody waits for it. The
 * messages stay.
 *
 * @param jobQueueUrl where what follows a search's trial is sent that is given up; without it, trials are left alone.
 * @returns the failures of all of the jobs, and those recorded by this call.
 */
export async function recordDeadLetters(
  bucket: Bucket,
  url: string,
  {
    timeLeftMs,
    jobQueueUrl,
    ...aws
  }: { timeLeftMs: TimeLeft; jobQueueUrl?: string | undefined } & Pick<
    SQSClientConfig,
    'endpoint' | 'region' | 'credentials'
  >,
): Promise<{ failures: AttemptFailure[]; recorded: AttemptFailure[] }> {
  const sqs = new SQSClient({ ...aws, ...awsRetries(timeLeftMs) })
  try {
    const messages = await holdLetters(sqs, url, LIMIT)
    try {
      const failures: AttemptFailure[] = []
      const recorded: AttemptFailure[] = []
      for (const { Body = '' } of messages.values()) {
        const trial = readTrialMessage(Body)
        if (trial !== undefined) {
          if (jobQueueUrl !== undefined) await giveUpTrial(bucket, trial, sender(sqs, jobQueueUrl))
          continue
        }
        const letter = await recordDeadLetter(bucket, outcomeId(Body), Body)
        if (letter === undefined) continue
        failures.push(letter.failure)
        if (letter.isNew) recorded.push(letter.failure)
      }
      return { failures, recorded }
    } finally {
      await giveBack(sqs, url, messages.values())
    }
  } finally {
    sqs.destroy()
  }
}

/** Sends messages of a search to the jobs queue. */
export const sender =
  (sqs: SQSClient, jobQueueUrl: string): SendInGroup =>
  (bodies, group) =>
    sendMessages(sqs, jobQueueUrl, bodies, group)
