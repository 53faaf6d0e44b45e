import { join } from 'node:path'
import { Duration, Size, Stack, Validations } from 'aws-cdk-lib'
import { type ISecurityGroup, type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2'
import { Platform } from 'aws-cdk-lib/aws-ecr-assets'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  Code,
  DockerImageCode,
  DockerImageFunction,
  type FunctionOptions,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'

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

type Props = Settings & { jobs: IQueue; bucket: IBucket }

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

    const { bucket, jobs } = props
    allowObjects(
      this.train,
      bucket,
      ['s3:GetObject', 's3:PutObject'],
      ['jobs/*', 'models/*', 'checkpoints/*'],
    )
    allowObjects(this.train, bucket, ['s3:GetObject'], ['datasets/*'])
    // A job that ends leaves its result; one that fails, no model either.
    allowObjects(
      this.train,
      bucket,
      ['s3:DeleteObject'],
      [
        'jobs/*/status.json',
        'jobs/*/failure.json',
        'jobs/*/dataset.json',
        'jobs/*/cancel',
        'checkpoints/*',
        'models/*',
      ],
    )
    allowObjects(this.train, bucket, ['s3:AbortMultipartUpload'], ['models/*', 'checkpoints/*'])
    allowList(this.train, [bucket.bucketArn])
    allow(this.train, ['sqs:SendMessage'], [jobs.queueArn])
    for (const name of props.datasetBuckets) allowDatasets(this.train, name)
    this.train.addEventSource(
      new SqsEventSource(jobs, {
        batchSize: 1,
        reportBatchItemFailures: true,
        maxConcurrency: props.concurrency,
      }),
    )

    allowObjects(this.register, bucket, ['s3:GetObject'], ['jobs/*', 'models/*'])
    allowObjects(this.register, bucket, ['s3:PutObject', 's3:DeleteObject'], ['models/*/report.html'])
    allowList(this.register, [bucket.bucketArn])
    allowObjects(this.seed, bucket, ['s3:PutObject'], ['datasets/*'])
    for (const each of [this.train, this.register, this.seed]) {
      if (props.mongoSecretArn !== undefined)
        allow(each, ['secretsmanager:GetSecretValue'], [props.mongoSecretArn])
      acknowledgePolicies(each)
    }
  }

  private trainFunction(props: Props, network: Network): LambdaFunction {
    const options = {
      ...this.options('train', props, network),
      description: 'Trains the model that a message asks for.',
      memorySize: props.memory,
      timeout: Duration.seconds(props.timeout),
      ephemeralStorageSize: Size.gibibytes(6),
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
      timeout: Duration.minutes(1),
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
          }
        : {}),
      ...(name === 'train' && props.storageServiceUrl !== undefined
        ? { STORAGE_SERVICE_URL: props.storageServiceUrl }
        : {}),
      ...(props.mongoSecretArn === undefined ? {} : { MONGODB_SECRET_ARN: props.mongoSecretArn }),
      ...(props.mongoUrl === undefined ? {} : { MONGODB_URL: props.mongoUrl }),
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

function allow(to: LambdaFunction, actions: string[], resources: string[]): void {
  to.addToRolePolicy(new PolicyStatement({ actions, resources }))
}

function allowObjects(to: LambdaFunction, bucket: IBucket, actions: string[], prefixes: string[]): void {
  allow(
    to,
    actions,
    prefixes.map((prefix) => bucket.arnForObjects(prefix)),
  )
  const stack = Stack.of(bucket)
  const name =
    bucket.node.defaultChild instanceof CfnBucket ? stack.getLogicalId(bucket.node.defaultChild) : ''
  acknowledgePrefixes(
    to,
    prefixes.map((prefix) => `<${name}.Arn>/${prefix}`),
  )
}

/** Datasets of other buckets: any object, but read only. */
function allowDatasets(to: LambdaFunction, bucket: string): void {
  const arn = Stack.of(to).formatArn({ service: 's3', region: '', account: '', resource: bucket })
  allow(to, ['s3:GetObject'], [`${arn}/*`])
  allowList(to, [arn])
  acknowledgePrefixes(to, [`arn:<AWS::Partition>:s3:::${bucket}/*`])
}

/** Without it S3 answers "access denied" for an object that is not there. */
function allowList(to: LambdaFunction, buckets: string[]): void {
  allow(to, ['s3:ListBucket'], buckets)
}

function acknowledgePrefixes(to: LambdaFunction, resources: string[]): void {
  const reason = 'Objects are allowed by prefix, as their keys hold the ids of jobs and models.'
  for (const resource of resources) {
    Validations.of(to).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason })
  }
}

function acknowledgePolicies(each: LambdaFunction): void {
  const managed = ['AWSLambdaBasicExecutionRole', 'AWSLambdaVPCAccessExecutionRole']
  Validations.of(each).acknowledge(
    ...managed.map((name) => ({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${name}]`,
      reason: 'What a function needs to write its log and to join a VPC.',
    })),
    { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'X-Ray’s actions have no resources to name.' },
  )
}
