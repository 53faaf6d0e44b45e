import { join } from 'node:path'
import { Duration, RemovalPolicy, Size, Validations } from 'aws-cdk-lib'
import {
  Action,
  DefaultInstanceClass,
  EcsEc2ContainerDefinition,
  EcsFargateContainerDefinition,
  EcsJobDefinition,
  FargateComputeEnvironment,
  type IManagedComputeEnvironment,
  JobQueue,
  JobStateTimeLimitActionsReason,
  ManagedEc2EcsComputeEnvironment,
  Reason,
  RetryStrategy,
} from 'aws-cdk-lib/aws-batch'
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2'
import { Platform } from 'aws-cdk-lib/aws-ecr-assets'
import { ContainerImage, CpuArchitecture, LogDriver } from 'aws-cdk-lib/aws-ecs'
import { Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { exitCodes } from '../../functions/work/exit-codes.ts'
import { MAX_RECEIVE_COUNT } from '../../shared/jobs/retry-delay.ts'
import type { Settings } from '../settings.ts'
import { batchNetwork } from './batch-network.ts'
import { commonEnvironment } from './function-environment.ts'
import type { Network } from './network.ts'
import { acknowledgeImagePull, allow, allowObjects } from './permissions.ts'
import { allowSecrets, allowTraining } from './training-access.ts'

const root = join(import.meta.dirname, '..', '..')

type Props = Settings & {
  readonly batch: 'fargate' | 'ec2'
  readonly bucket: IBucket
  readonly deadLetters: IQueue
  readonly jobs: IQueue
  readonly network: Network
  /** The function that submits jobs. */
  readonly train: LambdaFunction
  /** The function that receives the events of jobs that Batch gives up on. */
  readonly register: LambdaFunction
}

type ContainerNetwork = {
  readonly vpc: IVpc
  readonly securityGroups: ISecurityGroup[]
  readonly isPublic: boolean
}

/** The larger machines: AWS Batch on Fargate or EC2, by Spot first. docs/batch.md. */
export class Batch extends Construct {
  readonly queue: JobQueue
  readonly logGroup: LogGroup
  /** Matches each job that Batch gives up on. */
  readonly gaveUp: Rule

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id)
    const { train, register, deadLetters, jobs, bucket, removal } = props
    const network = batchNetwork(this, props.network)
    this.logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: removal === 'retain' ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    })
    this.queue = this.jobQueue(props, network)
    const definition = this.jobDefinition(props, network)

    allow(train, ['batch:SubmitJob'], [this.queue.jobQueueArn, definition.jobDefinitionArn])
    train.addEnvironment('BATCH_JOB_QUEUE', this.queue.jobQueueArn)
    train.addEnvironment('BATCH_JOB_DEFINITION', definition.jobDefinitionArn)
    train.addEnvironment('BATCH_MAX_TRAINING_SECONDS', String(props.batchMaxTrainingSeconds))

    this.gaveUp = new Rule(this, 'GaveUp', {
      description: 'A job that Batch does not start again is dead-lettered.',
      eventPattern: {
        source: ['aws.batch'],
        detailType: ['Batch Job State Change'],
        detail: { status: ['FAILED'], jobQueue: [this.queue.jobQueueArn] },
      },
      targets: [new LambdaTarget(register)],
    })
    allowObjects(register, bucket, ['s3:PutObject', 's3:DeleteObject'], ['jobs/*/failure.json'])
    allowObjects(register, bucket, ['s3:PutObject'], ['jobs/*/hand-over.json'])
    allow(register, ['sqs:SendMessage'], [deadLetters.queueArn, jobs.queueArn])
    register.addEnvironment('JOB_QUEUE_URL', jobs.queueUrl)
    register.addEnvironment('DEAD_LETTER_QUEUE_URL', deadLetters.queueUrl)
  }

  /** Spot first; where Spot cannot take a job, on demand. */
  private jobQueue(props: Props, network: ContainerNetwork): JobQueue {
    const kinds = props.batchSpot ? [true, false] : [false]
    const environments = kinds.map((spot) => this.computeEnvironment(spot, props, network))
    const maxTime = Duration.minutes(30)
    return new JobQueue(this, 'Queue', {
      computeEnvironments: environments.map((computeEnvironment, i) => ({
        computeEnvironment,
        order: i + 1,
      })),
      // A job that can never start is ended, with an event.
      jobStateTimeLimitActions: [
        { maxTime, reason: JobStateTimeLimitActionsReason.COMPUTE_ENVIRONMENT_MAX_RESOURCE },
        { maxTime, reason: JobStateTimeLimitActionsReason.JOB_RESOURCE_REQUIREMENT },
      ],
    })
  }

  private computeEnvironment(
    spot: boolean,
    props: Props,
    network: ContainerNetwork,
  ): IManagedComputeEnvironment {
    const { vpc, securityGroups, isPublic } = network
    const id = spot ? 'Spot' : 'OnDemand'
    const common = {
      vpc,
      securityGroups,
      vpcSubnets: isPublic ? { subnets: vpc.publicSubnets } : { subnets: vpc.privateSubnets },
      spot,
      maxvCpus: props.batchMaxVcpus,
    }
    if (props.batch === 'fargate') return new FargateComputeEnvironment(this, id, common)
    const policy = 'service-role/AmazonEC2ContainerServiceforEC2Role'
    const instanceRole = new Role(this, `${id}InstanceRole`, {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(policy)],
    })
    Validations.of(instanceRole).acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`,
      reason: 'What an instance needs to join the cluster of Batch.',
    })
    return new ManagedEc2EcsComputeEnvironment(this, id, {
      ...common,
      instanceRole,
      defaultInstanceClasses: [
        props.architecture === 'arm64' ? DefaultInstanceClass.ARM64 : DefaultInstanceClass.X86_64,
      ],
    })
  }

  /** The same image as the function's. What a job needs is said when it is submitted. */
  private jobDefinition(props: Props, { isPublic }: ContainerNetwork): EcsJobDefinition {
    const { architecture, storageServiceUrl } = props
    const isArm = architecture === 'arm64'
    const jobRole = new Role(this, 'JobRole', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
      ...(props.roleName === undefined ? {} : { roleName: `${props.roleName}-batch` }),
    })
    allowTraining(jobRole, props)
    allowSecrets(jobRole, props)
    const container = {
      image: ContainerImage.fromAsset(root, {
        file: 'functions/train/Dockerfile',
        platform: isArm ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
      }),
      command: ['work', '--job', 'Ref::job_id'],
      cpu: 4,
      memory: Size.gibibytes(8),
      jobRole,
      environment: {
        ...commonEnvironment(props),
        ...(storageServiceUrl === undefined ? {} : { STORAGE_SERVICE_URL: storageServiceUrl }),
      },
      logging: LogDriver.awsLogs({ streamPrefix: 'batch', logGroup: this.logGroup }),
    }
    const definition =
      props.batch === 'fargate'
        ? new EcsFargateContainerDefinition(this, 'Container', {
            ...container,
            assignPublicIp: isPublic,
            fargateCpuArchitecture: isArm ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
          })
        : new EcsEc2ContainerDefinition(this, 'Container', container)
    acknowledgeImagePull(definition.executionRole)
    return new EcsJobDefinition(this, 'Job', {
      container: definition,
      // As many attempts as a message of the queue has receives.
      retryAttempts: MAX_RECEIVE_COUNT,
      retryStrategies: [
        RetryStrategy.of(Action.EXIT, Reason.custom({ onExitCode: String(exitCodes.wrong) })),
        RetryStrategy.of(Action.EXIT, Reason.custom({ onReason: 'OutOfMemoryError*' })),
        RetryStrategy.of(Action.RETRY, Reason.custom({ onReason: '*' })),
      ],
    })
  }
}
