/** SQS → train. Each message is a job; those that failed with a transient error are reported as failed, and retried. */

import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { SQSClient } from '@aws-sdk/client-sqs'
import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { awsRetries } from '../../shared/runtime/retry.ts'
import { removeLeftFolders } from '../../shared/training/job-folder.ts'
import { createRuntime, type Runtime } from '../runtime.ts'
import { trainMessage } from './train-message.ts'

export function createHandler(runtime: Runtime) {
  const { beginInvocation, config, timeLeftMs } = runtime
  const sqs = new SQSClient({ endpoint: config.AWS_ENDPOINT_URL, ...awsRetries(timeLeftMs) })
  const batch = new BatchProcessor(EventType.SQS)

  // At the timeout Lambda ends the process. middy's own early answer would let the attempt run on beside the next one.
  return middy<SQSEvent, SQSBatchResponse>({ timeoutEarlyInMillis: 0 })
    .before(beginInvocation)
    .handler((event, context) => {
      const call = { requestId: context.awsRequestId, remainingMs: timeLeftMs }
      const train = (record: SQSRecord) => trainMessage(record, runtime, sqs, call)
      return processPartialResponse(event, train, batch, { context, throwOnFullBatchFailure: false })
    })
}

// Only Lambda sets the variable: there, every process before this one is gone.
await removeLeftFolders({ isAlone: process.env.AWS_LAMBDA_INITIALIZATION_TYPE !== undefined })

export const handler = createHandler(createRuntime(process.env))
