/** SQS → train. Each message is a job; only those that may succeed if tried again are reported as failed. */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { outcomeId } from '../../shared/jobs/ids.ts'
import { MAX_RECEIVE_COUNT } from '../../shared/jobs/retry-delay.ts'
import { logger } from '../../shared/observability/logger.ts'
import { phaseTrace } from '../../shared/observability/phase-trace.ts'
import { memoryLimit } from '../../shared/runtime/memory-limit.ts'
import { awsRetries } from '../../shared/runtime/retry.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import {
  beginInvocation,
  bucket,
  config,
  hasRegistry,
  registry,
  storageService,
  store,
  timeLeftMs,
} from '../runtime.ts'

const sqs = new SQSClient({ endpoint: config.AWS_ENDPOINT_URL, ...awsRetries(timeLeftMs) })

async function continueLater(body: string): Promise<void> {
  if (config.JOB_QUEUE_URL === undefined)
    throw new Error('JOB_QUEUE_URL is not set: a long job cannot go on.')
  await sqs.send(new SendMessageCommand({ QueueUrl: config.JOB_QUEUE_URL, MessageBody: body }))
}

/**
 * Has a failed message come back soon, and later each time. The queue alone would bring it back only when its visibility timeout
 * is over, which must be longer than the longest job. Drawn at random, so that what failed together does not come back together.
 * After the last time it comes back at once, and the queue moves it to the dead letters.
 */
async function comeBackSoon({ receiptHandle, attributes }: SQSRecord): Promise<void> {
  if (config.JOB_QUEUE_URL === undefined) return
  const receipts = Number(attributes.ApproximateReceiveCount)
  const longest = receipts < MAX_RECEIVE_COUNT ? config.TENSORFLEET_RETRY_SECONDS * 4 ** (receipts - 1) : 0
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: config.JOB_QUEUE_URL,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: Math.round(longest * (0.5 + Math.random() / 2)),
    }),
  )
}

const memoryBytes = memoryLimit(config.AWS_LAMBDA_FUNCTION_MEMORY_SIZE)
const batch = new BatchProcessor(EventType.SQS)

async function handle(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const onRecord = async (record: SQSRecord) => {
    const jobId = outcomeId(record.body)
    const log = logger.createChild({ persistentKeys: { job_id: jobId } })
    const trace = phaseTrace(process.env, { job_id: jobId }, (error) =>
      log.warn('The trace could not be sent.', { error }),
    )
    try {
      await trainJob(record.body, {
        store,
        bucket,
        ...(hasRegistry ? { registry } : {}),
        storageService,
        threads: config.TENSORFLEET_THREADS,
        memoryBytes,
        maxTrainingSeconds: config.TENSORFLEET_MAX_TRAINING_SECONDS,
        attempt: Number(record.attributes.ApproximateReceiveCount),
        remainingMs: timeLeftMs,
        continueLater,
        log,
        requestId: context.awsRequestId,
        queueSeconds: secondsInQueue(record),
        onPhase: trace?.send,
      })
    } catch (error) {
      log.error('The job will be tried again.', { error })
      await comeBackSoon(record).catch((error: unknown) =>
        log.warn('The job will be tried again only when its visibility timeout is over.', { error }),
      )
      throw error
    } finally {
      await trace?.sent()
    }
  }
  return processPartialResponse(event, onRecord, batch, { context, throwOnFullBatchFailure: false })
}

/** From the message's being sent to its being received for the first time. */
function secondsInQueue({ attributes }: SQSRecord): number | undefined {
  const sent = Number(attributes.SentTimestamp)
  const received = Number(attributes.ApproximateFirstReceiveTimestamp)
  return sent > 0 && received > 0 ? Math.max(0, received - sent) / 1000 : undefined
}

// At the timeout Lambda ends the process. middy's own early answer would let the attempt run on beside the next one.
export const handler = middy<SQSEvent, SQSBatchResponse>({ timeoutEarlyInMillis: 0 })
  .before(beginInvocation)
  .handler(handle)
