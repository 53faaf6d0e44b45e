import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { awsRetries, type TimeLeft, unlimited } from '../runtime/retry.ts'
import { type Bucket, openBucket } from './bucket.ts'
import { conditionalWriter } from './conditional-write.ts'

/** S3, or a server that speaks its protocol. */
export type ObjectStore = {
  /** One of its buckets. Makes no request: whether the bucket exists shows at the first operation. */
  bucket(name: string): Bucket
  close(): void
}

export type ObjectStoreSettings = {
  /** Of another server than AWS' own. */
  readonly endpoint?: string
  /** By default what the environment and the machine's AWS configuration say. */
  readonly region?: string
  readonly credentials?: S3ClientConfig['credentials']
  /** Until when a request may be retried. */
  readonly timeLeftMs?: TimeLeft
}

/** Connects to S3. Requests are made when the first operation is; nothing is checked here. */
export function connectObjectStore(settings: ObjectStoreSettings): ObjectStore {
  const { endpoint, region, credentials, timeLeftMs = unlimited } = settings
  const s3 = new S3Client({
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    ...awsRetries(timeLeftMs),
    // Datasets may lie in buckets of other regions.
    followRegionRedirects: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const writeIfAbsent = conditionalWriter(s3)
  return {
    bucket: (name) => openBucket(s3, name, { timeLeftMs, writeIfAbsent }),
    close: () => s3.destroy(),
  }
}
