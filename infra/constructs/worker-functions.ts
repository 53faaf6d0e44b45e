import { join } from 'node:path'
import { Duration, Size } from 'aws-cdk-lib'
import { type ISecurityGroup, type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2'
import { Platform } from 'aws-cdk-lib/aws-ecr-assets'
import {
  Architecture,
  Code,
  DockerImageCode,
  DockerImageFunction,
  type FunctionOptions,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import { acknowledgePolicies, allow, allowDatasets, allowList, allowObjects } from './permissions.ts'

const root = join(import.meta.dirname, '..', '..')

/** What only this project's own checkout needs, and an image must not have. */
const notInImage = [
  '.git',
  '.tensorfleet',
  '.venv*',
  'bench',
  'cdk.out',
  'dist',
  'docs',
  'node_modules',
  'test',
]

type Props = Omit<Settings, 'stack'> & { jobs: IQueue; bucket: IBucket }

/** train, register and seed: each may do what its code does, on the prefixes that it does it on. */
export class WorkerFunctions extends Construct {
  readonly train: LambdaFunction
  readonly register: LambdaFunction
  readonly seed: LambdaFunction

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id)
    const network = this.network(props)
    this.train = this.trainFunction(props, network)
    this.register = this.bundled(
      'register',
      'Copies committed results into the registry and draws the models’ reports.',
      props,
      network,
    )
    this.seed = this.bundled('seed', 'Puts the sample datasets in place, once, at deploy.', props, network)

    this.allowTrain(props)
    this.train.addEventSource(
      new SqsEventSource(props.jobs, {
        batchSize: 1,
        reportBatchItemFailures: true,
        maxConcurrency: props.concurrency,
      }),
    )
    this.allowRegister(props.bucket)
    allowObjects(this.seed, props.bucket, ['s3:PutObject'], ['datasets/*'])
    for (const each of [this.train, this.register, this.seed]) {
      if (props.mongoSecretArn !== undefined)
        allow(each, ['secretsmanager:GetSecretValue'], [props.mongoSecretArn])
      acknowledgePolicies(each)
    }
  }

  private allowTrain({ bucket, jobs, datasetBuckets }: Props): void {
    const written = ['jobs/*', 'models/*', 'checkpoints/*']
    allowObjects(this.train, bucket, ['s3:GetObject', 's3:PutObject'], written)
    allowObjects(this.train, bucket, ['s3:GetObject'], ['datasets/*'])
    // A job that ends leaves its result; one that fails, no model either.
    const deleted = ['status.json', 'failure.json', 'dataset.json', 'cancel'].map((name) => `jobs/*/${name}`)
    allowObjects(this.train, bucket, ['s3:DeleteObject'], [...deleted, 'checkpoints/*', 'models/*'])
    allowObjects(this.train, bucket, ['s3:AbortMultipartUpload'], ['models/*', 'checkpoints/*'])
    allowList(this.train, [bucket.bucketArn])
    allow(this.train, ['sqs:SendMessage'], [jobs.queueArn])
    for (const name of datasetBuckets) allowDatasets(this.train, name)
  }

  private allowRegister(bucket: IBucket): void {
    allowObjects(this.register, bucket, ['s3:GetObject'], ['jobs/*', 'models/*'])
    allowObjects(this.register, bucket, ['s3:PutObject', 's3:DeleteObject'], ['models/*/report.html'])
    allowList(this.register, [bucket.bucketArn])
  }

  private trainFunction(props: Props, network: Network): LambdaFunction {
    const options = {
      ...this.options('train', props, network),
      description: 'Trains the model that a message asks for.',
      memorySize: props.memory,
      timeout: Duration.seconds(props.timeout),
      ephemeralStorageSize: Size.gibibytes(6),
      // A long job's calls send each other on, which Lambda would end after 16: maxTrainingSeconds is its limit.
      recursiveLoop: RecursiveLoop.ALLOW,
    }
    if (props.packaging === 'zip') {
      return new LambdaFunction(this, 'Train', {
        ...options,
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: Code.fromAsset(join(root, 'dist', 'train'), { exclude: ['*.map'] }),
      })
    }
    const code = DockerImageCode.fromImageAsset(root, {
      file: 'functions/train/Dockerfile',
      platform: Platform.LINUX_AMD64,
      exclude: notInImage,
    })
    return new DockerImageFunction(this, 'Train', { ...options, code })
  }

  private bundled(
    name: 'register' | 'seed',
    description: string,
    props: Props,
    network: Network,
  ): LambdaFunction {
    return new LambdaFunction(this, name === 'register' ? 'Register' : 'Seed', {
      ...this.options(name, props, network),
      description,
      // Drawing a report takes register above 400 MB.
      memorySize: name === 'register' ? 1024 : 512,
      // A large model goes to MongoDB in hundreds of chunks, and a sweep registers several.
      timeout: Duration.minutes(name === 'register' ? 15 : 1),
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(join(root, 'dist', name)),
    })
  }

  private options(name: string, props: Props, network: Network): FunctionOptions {
    const logGroup = new LogGroup(this, `${name}-log`, { retention: RetentionDays.ONE_MONTH })
    const environment = {
      ARTIFACT_BUCKET: props.bucket.bucketName,
      MONGODB_DB: props.mongoDb,
      NODE_OPTIONS: '--enable-source-maps',
      ...(name === 'train'
        ? {
            JOB_QUEUE_URL: props.jobs.queueUrl,
            TENSORFLEET_MAX_TRAINING_SECONDS: String(props.maxTrainingSeconds),
            TENSORFLEET_RETRY_SECONDS: String(props.retrySeconds),
            ...(props.threads === undefined ? {} : { TENSORFLEET_THREADS: String(props.threads) }),
          }
        : {}),
      ...(name === 'train' && props.storageServiceUrl !== undefined
        ? { STORAGE_SERVICE_URL: props.storageServiceUrl }
        : {}),
      ...(props.mongoSecretArn === undefined ? {} : { MONGODB_SECRET_ARN: props.mongoSecretArn }),
      ...(props.mongoUrl === undefined ? {} : { MONGODB_URL: props.mongoUrl }),
      ...(props.mongoTlsCaFile === undefined ? {} : { MONGODB_TLS_CA_FILE: props.mongoTlsCaFile }),
      ...(props.endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: props.endpointUrl }),
    }
    return {
      architecture: Architecture.X86_64,
      tracing: Tracing.ACTIVE,
      logGroup,
      // Lambda's own lines too (timeouts, what a call used).
      loggingFormat: LoggingFormat.JSON,
      environment,
      ...network,
    }
  }

  private network({ vpcId, availabilityZones, privateSubnetIds }: Props): Network {
    if (vpcId === undefined) return {}
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones, privateSubnetIds })
    return { vpc, securityGroups: [new SecurityGroup(this, 'SecurityGroup', { vpc })] }
  }
}

type Network = { vpc?: IVpc; securityGroups?: ISecurityGroup[] }
