import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Worker } from '../dead-letters/dead-letters.ts'
import type { Registry } from '../registry/registry.ts'
import { awsRetries, type TimeLeft } from '../runtime/retry.ts'
import type { Bucket } from '../storage/bucket.ts'
import { type ApiContext, type ApiLimits, defaultLimits } from './context.ts'

/**
 * The environment of the API, from the connections of a process. Makes no request.
 *
 * @returns the context, and what closes the connection to SQS.
 */
export function connectApi(connected: {
  readonly bucket: Bucket
  readonly registry: () => Promise<Registry>
  /** Settings for clients of SQS. */
  readonly aws: Worker['aws']
  readonly queueUrl: string
  readonly memoryBytes: number
  readonly timeLeftMs: TimeLeft
  readonly limits?: Partial<ApiLimits>
  readonly metrics?: ApiContext['metrics']
  readonly logs?: ApiContext['logs']
  readonly onError: ApiContext['onError']
}): { context: ApiContext; close: () => void } {
  const { bucket, registry, aws, queueUrl, memoryBytes, limits, metrics, logs, onError } = connected
  const sqs = new SQSClient({ ...aws, ...awsRetries(connected.timeLeftMs) })
  const context: ApiContext = {
    bucket,
    registry,
    worker: { bucket, queueUrl, aws },
    async send(MessageBody) {
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }))
    },
    presignUpload: bucket.presignPut,
    memoryBytes,
    limits: { ...defaultLimits, ...limits },
    onError,
    ...(metrics === undefined ? {} : { metrics }),
    ...(logs === undefined ? {} : { logs }),
  }
  return { context, close: () => sqs.destroy() }
}
