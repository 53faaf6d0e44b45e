/** SQS → train. Each message is a job; those that failed with a transient error are reported as failed, and retried. */

import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { outcomeId } from '../../shared/jobs/parse-message.ts'
import { retryDelaySeconds } from '../../shared/jobs/retry-delay.ts'
import { logger } from '../../shared/observability/logger.ts'
import { phaseTrace } from '../../shared/observability/phase-trace.ts'
import { memoryLimit } from '../../shared/runtime/memory-limit.ts'
import { awsRetries } from '../../shared/runtime/retry.ts'
import { removeLeftFolders } from '../../shared/training/job-folder.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { createRuntime, type Runtime } from '../runtime.ts'

async function continueLater(sqs: SQSClient, queueUrl: string | undefined, body: string): Promise<void> {
  if (queueUrl === undefined) throw new Error('JOB_QUEUE_URL is not set: a long job cannot be continued.')
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }))
}

/**
 * Schedules the retry of a failed message: it stays invisible for the retry delay. The queue alone would deliver it again
 * only when its visibility timeout is over, which is longer than the longest job.
 */
async function scheduleRetry(
  sqs: SQSClient,
  config: Runtime['config'],
  { receiptHandle }: SQSRecord,
  delaySeconds: number,
): Promise<void> {
  if (config.JOB_QUEUE_URL === undefined) return
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: config.JOB_QUEUE_URL,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: delaySeconds,
    }),
  )
}

export function createHandler({ beginInvocation, config, hasRegistry, useRegistry, ...runtime }: Runtime) {
  const { store, bucket, storageService, timeLeftMs } = runtime
  const sqs = new SQSClient({ endpoint: config.AWS_ENDPOINT_URL, ...awsRetries(timeLeftMs) })
  const memoryBytes = memoryLimit(config.AWS_LAMBDA_FUNCTION_MEMORY_SIZE)
  const batch = new BatchProcessor(EventType.SQS)

  async function train(record: SQSRecord, { awsRequestId }: Context) {
    const jobId = outcomeId(record.body)
    const log = logger.createChild({ persistentKeys: { job_id: jobId } })
    const trace = phaseTrace(process.env, { job_id: jobId }, (error) =>
      log.warn('The trace could not be sent.', { error }),
    )
    const attempt = Number(record.attributes.ApproximateReceiveCount)
    // Drawn once: what the record of a failure promises is what the queue is told.
    const delaySeconds = retryDelaySeconds(attempt, config.TENSORFLEET_RETRY_SECONDS)
    try {
      await trainJob(record.body, {
        store,
        bucket,
        ...(hasRegistry ? { useRegistry } : {}),
        storageService,
        threads: config.TENSORFLEET_THREADS,
        memoryBytes,
        maxTrainingSeconds: config.TENSORFLEET_MAX_TRAINING_SECONDS,
        attempt,
        ...(config.JOB_QUEUE_URL === undefined ? {} : { retryDelaySeconds: delaySeconds }),
        remainingMs: timeLeftMs,
        continueLater: (body) => continueLater(sqs, config.JOB_QUEUE_URL, body),
        log,
        requestId: awsRequestId,
        queueSeconds: secondsInQueue(record),
        onPhase: trace?.send,
      })
    } catch (error) {
      log.error('The job will be retried.', { error })
      await scheduleRetry(sqs, config, record, delaySeconds).catch((error: unknown) =>
        log.warn('The job will be retried only when its visibility timeout is over.', { error }),
      )
      throw error
    } finally {
      await trace?.sent()
    }
  }

  // At the timeout Lambda ends the process. middy's own early answer would let the attempt run on beside the next one.
  return middy<SQSEvent, SQSBatchResponse>({ timeoutEarlyInMillis: 0 })
    .before(beginInvocation)
    .handler((event, context) =>
      processPartialResponse(event, (record: SQSRecord) => train(record, context), batch, {
        context,
        throwOnFullBatchFailure: false,
      }),
    )
}

// Only Lambda sets the variable: there, every process before this one is gone.
await removeLeftFolders({ isAlone: process.env.AWS_LAMBDA_INITIALIZATION_TYPE !== undefined })

export const handler = createHandler(createRuntime(process.env))

/** From the message's being sent to its being received for the first time. */
function secondsInQueue({ attributes }: SQSRecord): number | undefined {
  const sent = Number(attributes.SentTimestamp)
  const received = Number(attributes.ApproximateFirstReceiveTimestamp)
  return sent > 0 && received > 0 ? Math.max(0, received - sent) / 1000 : undefined
}
