import { join } from 'node:path'
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { CfnRole } from 'aws-cdk-lib/aws-iam'
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  type FunctionOptions,
  type FunctionUrl,
  FunctionUrlAuthType,
  InvokeMode,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { callingFor } from '../access.ts'
import { type Settings, sendsEvents } from '../settings.ts'
import { functionEnvironment } from './function-environment.ts'
import type { Network } from './network.ts'
import {
  acknowledgePolicies,
  acknowledgePrefixes,
  allow,
  allowEvents,
  allowList,
  allowObjects,
} from './permissions.ts'
import { trainFunction } from './train-code.ts'
import { allowSecrets, allowTraining } from './training-access.ts'

const root = join(import.meta.dirname, '..', '..')

type Props = Settings & {
  readonly jobs: IQueue
  readonly deadLetters: IQueue
  /** The queue for the events of results that could not be registered. */
  readonly unregistered: IQueue
  readonly bucket: IBucket
  readonly network: Network
}

const functionNames = ['train', 'register', 'sweep', 'seed', 'api'] as const
type FunctionName = (typeof functionNames)[number]

/** train, register, sweep and seed: each may do what its code does, on the prefixes that it does it on. */
export class WorkerFunctions extends Construct {
  readonly train: LambdaFunction
  readonly register: LambdaFunction
  /**
   * register's code, run on a schedule. A function of its own, as what fails is repeated by the next sweep, not by
   * Lambda.
   */
  readonly sweep: LambdaFunction
  readonly seed: LambdaFunction
  /** The function with the HTTP API, if the settings have one. */
  readonly api: LambdaFunction | undefined
  readonly apiUrl: FunctionUrl | undefined

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id)
    this.train = trainFunction(this, props, this.options('train', props))
    this.register = this.bundled('register', props, {
      description: 'Copies committed results into the registry and draws the models’ reports.',
      // Drawing a report takes register above 400 MB.
      memorySize: 1024,
      // A large model goes to MongoDB in hundreds of chunks.
      timeout: Duration.minutes(15),
      onFailure: new SqsDestination(props.unregistered),
    })
    this.sweep = this.bundled('sweep', props, {
      description: 'Registers the results that the registry lacks.',
      memorySize: 1024,
      timeout: Duration.minutes(14),
      retryAttempts: 0,
    })
    this.seed = this.bundled('seed', props, {
      description: 'Puts the sample datasets in place, once, after a deploy.',
      memorySize: 512,
      timeout: Duration.minutes(1),
    })

    this.api = props.api === 'iam' ? this.httpApi(props) : undefined
    this.apiUrl = this.api?.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    })

    this.allowTrain(props)
    for (const each of [this.register, this.sweep]) allowRegistering(each, props.bucket)
    // Whether the samples are there, which the registry is then given, too.
    allowObjects(this.sweep, props.bucket, ['s3:GetObject'], ['datasets/*'])
    allowObjects(this.seed, props.bucket, ['s3:GetObject', 's3:PutObject'], ['datasets/*'])
    allowList(this.seed, [props.bucket.bucketArn])
    allowObjects(this.register, props.bucket, ['s3:GetObject'], ['aliases/*'])
    if (sendsEvents(props)) for (const each of [this.register, this.sweep]) allowEvents(each)
    this.allowDeadLetters(props)
    this.allowSearches(props)
    for (const name of functionNames) this.allowCommon(name, props)
  }

  /** Hands the queue's messages to train, or to an alias of it. */
  receive(jobs: IQueue, train: Pick<LambdaFunction, 'addEventSource'>, maxConcurrency: number): void {
    train.addEventSource(
      new SqsEventSource(jobs, { batchSize: 1, reportBatchItemFailures: true, maxConcurrency }),
    )
  }

  private allowTrain(props: Props): void {
    allowTraining(this.train, props)
    allow(this.train, ['sqs:SendMessage'], [props.jobs.queueArn])
  }

  /** The sweep reports the jobs whose messages are in the dead-letter queue. */
  private allowDeadLetters({ bucket, deadLetters }: Props): void {
    allowObjects(this.sweep, bucket, ['s3:PutObject', 's3:DeleteObject'], ['jobs/*/failure.json'])
    allow(this.sweep, ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility'], [deadLetters.queueArn])
  }

  /** The sweep sends lost messages of searches again, and ends the trials whose messages are dead letters. */
  private allowSearches({ bucket, jobs }: Props): void {
    const written = ['searches/*', 'jobs/*/closing.json', 'jobs/*/trials/*/outcome.json']
    allowObjects(this.sweep, bucket, ['s3:PutObject'], written)
    allowObjects(this.sweep, bucket, ['s3:GetObject'], ['searches/*', 'status/*'])
    allowObjects(this.sweep, bucket, ['s3:DeleteObject'], ['searches/*'])
    allow(this.sweep, ['sqs:SendMessage'], [jobs.queueArn])
  }

  private allowCommon(name: FunctionName, props: Props): void {
    const { roleName } = props
    const each = this[name]
    if (each === undefined) return
    allowSecrets(each, props)
    acknowledgePolicies(each)
    const role = each.role?.node.defaultChild
    if (roleName !== undefined && role instanceof CfnRole) role.roleName = `${roleName}-${name}`
  }

  private httpApi(props: Props): LambdaFunction {
    const api = this.bundled('api', props, {
      description: 'The HTTP API, for those whom IAM lets call its URL.',
      memorySize: 1769,
      timeout: Duration.minutes(15),
    })
    const { jobs, deadLetters, bucket } = props
    const statements = callingFor({
      jobs: jobs.queueArn,
      deadLetters: deadLetters.queueArn,
      bucket: bucket.bucketArn,
      stack: '',
      // allowCommon allows it.
      secret: undefined,
      functions: [],
      logGroups: [],
      seed: '',
    })
    for (const { actions, resources } of statements) allow(api, [...actions], [...resources])
    acknowledgePrefixes(
      api,
      bucket,
      statements.flatMap(({ prefixes = [] }) => prefixes),
    )
    return api
  }

  private bundled(
    name: Exclude<FunctionName, 'train'>,
    props: Props,
    own: Pick<FunctionOptions, 'description' | 'memorySize' | 'timeout' | 'retryAttempts' | 'onFailure'>,
  ): LambdaFunction {
    return new LambdaFunction(
      this,
      { register: 'Register', sweep: 'SweepResults', seed: 'Seed', api: 'Api' }[name],
      {
        ...this.options(name, props),
        ...own,
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: Code.fromAsset(join(root, 'dist', name === 'sweep' ? 'register' : name)),
      },
    )
  }

  private options(name: FunctionName, props: Props): FunctionOptions {
    const logGroup = new LogGroup(this, `${name}-log`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy:
        props.removal === 'retain' ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    })
    return {
      architecture: props.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      tracing: props.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      logGroup,
      // Lambda's own lines too (timeouts, what a call used).
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel[props.logLevel],
      environment: functionEnvironment(name, props),
      ...props.network,
    }
  }
}

function allowRegistering(to: LambdaFunction, bucket: IBucket): void {
  allowObjects(to, bucket, ['s3:GetObject'], ['jobs/*', 'models/*'])
  const reportActions = ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload']
  allowObjects(to, bucket, reportActions, ['models/*/report.html'])
  allowList(to, [bucket.bucketArn])
}
