import { join } from 'node:path'
import { startAws } from './aws.ts'
import { type AwsClientSettings, awsClientSettings } from './aws-client-settings.ts'
import { startMongo } from './mongo/server.ts'
import { createResources } from './resources.ts'

/** The servers that the functions work with, and what they hold for them. */
export type Servers = {
  readonly aws: AwsClientSettings
  readonly bucket: string
  readonly jobQueueUrl: string
  /** What the functions, and every other client, must know of the servers, as environment variables. */
  readonly environment: Readonly<Record<string, string>>
}

/**
 * Starts S3, SQS and MongoDB, each where the environment names no other, and makes the bucket and the queues.
 *
 * @param resources takes what must be closed.
 */
export async function startServers(
  settings: {
    readonly directory: string
    readonly ports: { readonly aws?: number; readonly mongo?: number }
    readonly environment: Readonly<Record<string, string | undefined>>
    /** Hears of each object that is written to the embedded S3. */
    onPut?(bucket: string, key: string): void
  },
  resources: AsyncDisposableStack,
): Promise<Servers> {
  const { directory, ports, environment } = settings
  const endpoint =
    environment.AWS_ENDPOINT_URL || (await ownAws(directory, ports.aws, settings.onPut, resources))
  const mongoUrl = environment.MONGODB_URL || (await ownMongo(directory, ports.mongo, resources))
  const bucket = environment.ARTIFACT_BUCKET || 'tensorfleet'
  const aws = awsClientSettings(endpoint, environment)
  const { jobQueueUrl, deadLetterQueueUrl, eventQueueUrl } = await createResources(
    aws,
    bucket,
    'tensorfleet-jobs',
  )
  const { credentials } = aws
  return {
    aws,
    bucket,
    jobQueueUrl,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: aws.region,
      AWS_DEFAULT_REGION: aws.region,
      AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? '',
      ...(credentials?.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
      MONGODB_URL: mongoUrl,
      MONGODB_DB: environment.MONGODB_DB || 'tensorfleet',
      ARTIFACT_BUCKET: bucket,
      JOB_QUEUE_URL: jobQueueUrl,
      DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
      EVENT_QUEUE_URL: eventQueueUrl,
    },
  }
}

async function ownAws(
  directory: string,
  port: number | undefined,
  onPut: ((bucket: string, key: string) => void) | undefined,
  resources: AsyncDisposableStack,
): Promise<string> {
  const aws = resources.adopt(await startAws(directory, port, onPut), (aws) => aws.close())
  return aws.endpoint
}

async function ownMongo(
  directory: string,
  port: number | undefined,
  resources: AsyncDisposableStack,
): Promise<string> {
  const settings = { directory: join(directory, 'mongo'), port }
  const mongo = resources.adopt(await startMongo(settings), (mongo) => mongo.close())
  return mongo.url
}
