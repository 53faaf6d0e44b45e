import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { Alias, type IFunction } from 'aws-cdk-lib/aws-lambda'
import { EventType, type IBucket } from 'aws-cdk-lib/aws-s3'
import { LambdaDestination } from 'aws-cdk-lib/aws-s3-notifications'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { InvocationType, Trigger } from 'aws-cdk-lib/triggers'
import type { Construct } from 'constructs'
import { AccessPolicies } from './constructs/access-policies.ts'
import { Alarms } from './constructs/alarms.ts'
import { ArtifactBucket } from './constructs/artifact-bucket.ts'
import { Batch } from './constructs/batch.ts'
import { acknowledgeHelpers, logHelpers } from './constructs/cdk-helpers.ts'
import { EventTargets } from './constructs/event-targets.ts'
import { failedEvents } from './constructs/failed-events.ts'
import { JobsQueue } from './constructs/jobs-queue.ts'
import { functionNetwork } from './constructs/network.ts'
import { Rollout } from './constructs/rollout.ts'
import { WorkerFunctions } from './constructs/worker-functions.ts'
import { type Settings, sendsEvents } from './settings.ts'

/** The whole system: a message in the jobs queue becomes a model in the bucket and in the registry. */
export class TrainingStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings & StackProps) {
    super(scope, id, settings)
    const timeout = Duration.seconds(settings.timeout)
    const { jobs, deadLetters } = new JobsQueue(this, 'Jobs', {
      functionTimeout: timeout,
      removal: settings.removal,
    })
    // The results that register gave up on. The sweep does not need them; they say which and why.
    const unregistered = failedEvents(this, 'Unregistered')
    const { bucket } = new ArtifactBucket(this, 'Artifacts', settings)
    const network = functionNetwork(this, settings)
    const functions = new WorkerFunctions(this, 'Functions', {
      ...settings,
      jobs,
      deadLetters,
      unregistered,
      bucket,
      network,
    })
    const { train, register, sweep, seed } = functions

    bucket.addEventNotification(EventType.OBJECT_CREATED, new LambdaDestination(register), {
      prefix: 'jobs/',
      suffix: '/result.json',
    })
    const eventTargets = this.sendEvents(settings, bucket, register)
    this.sweepRegularly(sweep)
    this.seedAtDeploy(seed, bucket)
    const batch = this.largerMachines(settings, { bucket, deadLetters, jobs, network, train, register })
    const alarms = new Alarms(this, 'Alarms', {
      jobs,
      deadLetters,
      train,
      register,
      sweep,
      batchGaveUp: batch?.gaveUp,
      timeout,
      email: settings.alarmEmail,
    })
    this.receive(jobs, functions, alarms, settings)
    const used = { jobs, deadLetters, bucket, functions, batchLogGroup: batch?.logGroup }
    const { policies } = new AccessPolicies(this, 'Access', { ...settings, ...used })
    acknowledgeHelpers(this)
    logHelpers(this)

    // What `tensorfleet --stack` reads (cli/stack-outputs.ts).
    this.outputs({
      JobQueueUrl: jobs.queueUrl,
      DeadLetterQueueUrl: deadLetters.queueUrl,
      ArtifactBucketName: bucket.bucketName,
      MongoDb: settings.mongoDb,
      MongoSecretArn: settings.mongoSecretArn,
      MongoUrl: settings.mongoUrl,
      ApiUrl: functions.apiUrl?.url,
    })
    // What people put into other systems' settings, or look at.
    this.outputs({
      TrainFunctionName: train.functionName,
      SeedFunctionName: seed.functionName,
      TrainLogGroup: train.logGroup.logGroupName,
      UnregisteredQueueUrl: unregistered.queueUrl,
      TrainRoleArn: train.role?.roleArn,
      RegisterRoleArn: register.role?.roleArn,
      SweepRoleArn: sweep.role?.roleArn,
      SeedRoleArn: seed.role?.roleArn,
      SecurityGroupId: network.securityGroups?.[0].securityGroupId,
      BatchJobQueueArn: batch?.queue.jobQueueArn,
      BatchLogGroup: batch?.logGroup.logGroupName,
      EventTopicArn: eventTargets?.topic?.topicArn,
      UndeliveredQueueUrl: eventTargets?.undelivered?.queueUrl,
      SenderPolicyArn: policies.Sender.managedPolicyArn,
      ReaderPolicyArn: policies.Reader.managedPolicyArn,
      OperatorPolicyArn: policies.Operator.managedPolicyArn,
    })
  }

  /** Not waited for: no MongoDB, and no free place among the account's invocations, is a condition of a deploy. */
  private seedAtDeploy(handler: WorkerFunctions['seed'], bucket: IBucket): void {
    const invocationType = InvocationType.EVENT
    new Trigger(this, 'SeedAtDeploy', { handler, executeAfter: [bucket], invocationType })
  }

  private sweepRegularly(sweep: IFunction): void {
    new Rule(this, 'Sweep', {
      description: 'Registers results whose notification was lost or failed.',
      schedule: Schedule.rate(Duration.minutes(15)),
      targets: [new LambdaFunction(sweep)],
    })
  }

  /** Where jobs go that outgrow train, where the settings have something. */
  private largerMachines(
    settings: Settings,
    parts: Pick<
      ConstructorParameters<typeof Batch>[2],
      'bucket' | 'deadLetters' | 'jobs' | 'network' | 'train' | 'register'
    >,
  ): Batch | undefined {
    const { batch } = settings
    return batch === 'none' ? undefined : new Batch(this, 'Batch', { ...settings, batch, ...parts })
  }

  /** Hands the queue's messages to train; or to an alias, which goes on to a new version by and by. */
  private receive(
    jobs: IQueue,
    functions: WorkerFunctions,
    alarms: Alarms,
    { rollout, concurrency }: Settings,
  ): void {
    const { train } = functions
    if (rollout === 'all-at-once') {
      functions.receive(jobs, train, concurrency)
      return
    }
    const alias = new Alias(this, 'Live', { aliasName: 'live', version: train.currentVersion })
    functions.receive(jobs, alias, concurrency)
    new Rollout(this, 'Rollout', { alias, rollout, alarms: alarms.ofTrain })
  }

  /** Events go to the account's bus, and where the settings say. */
  private sendEvents(settings: Settings, bucket: IBucket, register: IFunction): EventTargets | undefined {
    if (!sendsEvents(settings)) return undefined
    bucket.addEventNotification(EventType.OBJECT_CREATED, new LambdaDestination(register), {
      prefix: 'aliases/',
      suffix: '.json',
    })
    return new EventTargets(this, 'Events', { ...settings, bucket })
  }

  private outputs(values: Readonly<Record<string, string | undefined>>): void {
    for (const [name, value] of Object.entries(values))
      if (value !== undefined) new CfnOutput(this, name, { value })
  }
}
