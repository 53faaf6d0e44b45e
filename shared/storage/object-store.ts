import { S3Client } from '@aws-sdk/client-s3'
import { awsRetries, type TimeLeft, unlimited } from '../runtime/retry.ts'
import { type Bucket, openBucket } from './bucket.ts'

/** S3, or a server that speaks its protocol. */
export type ObjectStore = {
  /** One of its buckets. Makes no request: whether the bucket exists shows at the first operation. */
  bucket(name: string): Bucket
  close(): void
}

/**
 * Connects to S3. Requests are made when the first operation is; nothing is checked here.
 *
 * @param settings.endpoint of another server than AWS' own.
 * @param settings.timeLeftMs until when a request may be retried.
 */
export function connectObjectStore(settings: { endpoint?: string; timeLeftMs?: TimeLeft }): ObjectStore {
  const timeLeftMs = settings.timeLeftMs ?? unlimited
  const s3 = new S3Client({
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint, forcePathStyle: true }),
    ...awsRetries(timeLeftMs),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  return {
    bucket: (name) => openBucket(s3, name, timeLeftMs),
    close: () => s3.destroy(),
  }
}
