import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { type Settings, sendsEvents } from '../settings.ts'

type Props = Settings & {
  readonly jobs: IQueue
  readonly deadLetters: IQueue
  readonly bucket: IBucket
}

/** The environment variables of every process of the worker: its stores and its registry. */
export function commonEnvironment(props: Settings & { readonly bucket: IBucket }): Record<string, string> {
  const { mongoSecretArn, mongoUrl, mongoTlsCaFile, endpointUrl } = props
  return {
    ARTIFACT_BUCKET: props.bucket.bucketName,
    MONGODB_DB: props.mongoDb,
    LOG_LEVEL: props.logLevel,
    ...(mongoSecretArn === undefined ? {} : { MONGODB_SECRET_ARN: mongoSecretArn }),
    ...(mongoUrl === undefined ? {} : { MONGODB_URL: mongoUrl }),
    ...(mongoTlsCaFile === undefined ? {} : { MONGODB_TLS_CA_FILE: mongoTlsCaFile }),
    ...(endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: endpointUrl }),
  }
}

/** The environment variables of a function. */
export function functionEnvironment(
  name: 'train' | 'register' | 'sweep' | 'seed' | 'api',
  props: Props,
): Record<string, string> {
  const { storageServiceUrl, threads } = props
  const ofTrain = {
    JOB_QUEUE_URL: props.jobs.queueUrl,
    TENSORFLEET_MAX_TRAINING_SECONDS: String(props.maxTrainingSeconds),
    TENSORFLEET_RETRY_SECONDS: String(props.retrySeconds),
    ...(threads === undefined ? {} : { TENSORFLEET_THREADS: String(threads) }),
    ...(storageServiceUrl === undefined ? {} : { STORAGE_SERVICE_URL: storageServiceUrl }),
  }
  return {
    ...commonEnvironment(props),
    NODE_OPTIONS: '--enable-source-maps',
    ...(name === 'train' ? ofTrain : {}),
    ...(['register', 'sweep'].includes(name) && sendsEvents(props) ? { EVENT_BUS_NAME: 'default' } : {}),
    ...(name === 'api' ? { JOB_QUEUE_URL: props.jobs.queueUrl } : {}),
    ...(name === 'sweep'
      ? { DEAD_LETTER_QUEUE_URL: props.deadLetters.queueUrl, JOB_QUEUE_URL: props.jobs.queueUrl }
      : {}),
  }
}
