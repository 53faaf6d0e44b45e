import {
  DeleteMessageCommand,
  type Message,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs'
import { JobError } from '../errors/job-error.ts'
import { isAccepted } from '../job-store/accept.ts'
import { findResult } from '../job-store/commit.ts'
import { endJob, releaseJob } from '../job-store/dead-letter.ts'
import { findFailure } from '../job-store/failure.ts'
import { giveUpTrial } from '../job-store/recover-searches.ts'
import { findTrial } from '../job-store/search-plan.ts'
import { outcomeId, parseMessage } from '../jobs/parse-message.ts'
import { readTrialMessage, trialId } from '../jobs/trial-message.ts'
import { awsRetries, unlimited } from '../runtime/retry.ts'
import type { Bucket } from '../storage/bucket.ts'
import { DamagedRecord } from '../storage/json.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { giveBack, holdLetters } from './hold-letters.ts'
import { sender } from './record-dead-letters.ts'

/** A message that was received as often as the jobs queue allows, and why. */
export type DeadLetter = {
  readonly message_id: string
  readonly job_id: string
  /** How often the message was received before it came here. */
  readonly attempts: number
  /** What people are told: the last attempt's error, or what follows from what the attempts left. */
  readonly reason: string
  /** ISO 8601. */
  readonly sent_at: string | null
  readonly body: string
}

/** The jobs queue, and the bucket that says what became of its messages. */
export type Worker = {
  readonly bucket: Bucket
  /** Of the jobs queue. */
  readonly queueUrl: string
  /** Settings for clients of SQS. */
  readonly aws: Pick<SQSClientConfig, 'endpoint' | 'region' | 'credentials'>
}

/** What is done with a dead letter: nothing, sent to the jobs queue again, or deleted for good. */
export type DeadLetterAction = 'keep' | 'redrive' | 'delete'

/**
 * Goes through the dead-letter queue of the jobs queue. A letter that is redriven is sent to the jobs queue first and
 * deleted afterwards, so that it can be there twice but is never lost. The job of a letter that is deleted ends as failed.
 *
 * @param actionOf what is done with each message.
 * @returns the letters, oldest first.
 */
export async function processDeadLetters(
  worker: Worker,
  actionOf: (letter: Pick<DeadLetter, 'job_id' | 'message_id'>) => DeadLetterAction,
): Promise<(DeadLetter & { action: DeadLetterAction })[]> {
  const sqs = new SQSClient({ ...worker.aws, ...awsRetries(unlimited) })
  const { queueUrl } = worker
  try {
    const dead = await deadLetterQueue(sqs, queueUrl)
    const messages = await holdLetters(sqs, dead.url)
    const letters: (DeadLetter & { action: DeadLetterAction })[] = []
    try {
      for (const message of messages.values()) {
        const letter = await describe(worker, message, dead.attempts)
        letters.push({ ...letter, action: actionOf(letter) })
      }
      for (const { message_id, job_id, action } of letters) {
        const message = messages.get(message_id)
        if (message === undefined || action === 'keep') continue
        if (action === 'delete') await endMessage(sqs, worker, message)
        if (action === 'redrive') {
          const { Body: MessageBody = '', MessageAttributes, Attributes } = message
          await releaseJob(worker.bucket, job_id, MessageBody)
          const MessageGroupId = Attributes?.MessageGroupId ?? job_id
          await sqs.send(
            new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, MessageAttributes, MessageGroupId }),
          )
        }
        await sqs.send(new DeleteMessageCommand({ QueueUrl: dead.url, ReceiptHandle: message.ReceiptHandle }))
        messages.delete(message_id)
      }
    } finally {
      await giveBack(sqs, dead.url, messages.values())
    }
    return letters.sort((a, b) => (a.sent_at ?? '').localeCompare(b.sent_at ?? ''))
  } finally {
    sqs.destroy()
  }
}

/** Ends what the message is of: its job, or a trial of a search. */
async function endMessage(
  sqs: SQSClient,
  { bucket, queueUrl }: Worker,
  { Body = '' }: Message,
): Promise<void> {
  const trial = readTrialMessage(Body)
  if (trial === undefined) await endJob(bucket, outcomeId(Body), Body)
  else await giveUpTrial(bucket, trial, sender(sqs, queueUrl))
}

async function describe(worker: Worker, message: Message, attempts: number): Promise<DeadLetter> {
  const { MessageId = '', Body = '', Attributes } = message
  const sent = Number(Attributes?.SentTimestamp)
  return {
    message_id: MessageId,
    job_id: outcomeId(Body),
    attempts,
    reason: await reasonOf(worker, Body, attempts).catch((error: unknown) => {
      if (error instanceof DamagedRecord) return error.message
      throw error
    }),
    sent_at: Number.isFinite(sent) ? new Date(sent).toISOString() : null,
    body: Body,
  }
}

/** Why the message came here. */
async function reasonOf({ bucket }: Worker, body: string, attempts: number): Promise<string> {
  const jobId = outcomeId(body)
  const result = await findResult(bucket, jobId)
  if (result !== undefined) {
    const end = result.status === 'failed' ? `failed (${result.error})` : 'completed'
    return `The job has ended since, ${end}: a redrive trains nothing.`
  }
  const trial = readTrialMessage(body)
  if (trial !== undefined && (await findTrial(bucket, trial)))
    return `Trial ${trial.trial} of the job’s search has ended since: a redrive trains nothing.`
  const failure = await findFailure(bucket, trial === undefined ? jobId : trialId(trial))
  if (failure !== undefined) {
    const { error, attempt } = failure
    return attempt < attempts ? `${error} (attempt ${attempt}; the later ones were cut off)` : error
  }
  try {
    if (trial === undefined) parseMessage(body)
  } catch (error) {
    if (error instanceof JobError) return error.message
    throw error
  }
  return (await isAccepted(bucket, jobId))
    ? 'Every attempt was cut off before it could say why: it ran out of memory or of time, or was killed.'
    : 'No attempt came as far as accepting the job: the worker could not start, or not reach the bucket.'
}
