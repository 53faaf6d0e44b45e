import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { EventType } from 'aws-cdk-lib/aws-s3'
import { LambdaDestination } from 'aws-cdk-lib/aws-s3-notifications'
import { Trigger } from 'aws-cdk-lib/triggers'
import type { Construct } from 'constructs'
import { acknowledgeHelpers } from './constructs/acknowledge-helpers.ts'
import { Alarms } from './constructs/alarms.ts'
import { ArtifactBucket } from './constructs/artifact-bucket.ts'
import { JobsQueue } from './constructs/jobs-queue.ts'
import { WorkerFunctions } from './constructs/worker-functions.ts'
import type { Settings } from './settings.ts'

/** The whole system: a message in the jobs queue becomes a model in the bucket and in the registry. */
export class TrainingStack extends Stack {
  constructor(scope: Construct, id: string, props: Omit<Settings, 'stack'> & StackProps) {
    super(scope, id, props)
    const timeout = Duration.seconds(props.timeout)

    const { jobs, deadLetters } = new JobsQueue(this, 'Jobs', {
      functionTimeout: timeout,
      removal: props.removal,
    })
    const { bucket } = new ArtifactBucket(this, 'Artifacts', { removal: props.removal })
    const { train, register, seed } = new WorkerFunctions(this, 'Functions', { ...props, jobs, bucket })

    bucket.addEventNotification(EventType.OBJECT_CREATED, new LambdaDestination(register), {
      prefix: 'jobs/',
      suffix: '/result.json',
    })
    new Rule(this, 'Sweep', {
      description: 'Registers results whose notification was lost or failed.',
      schedule: Schedule.rate(Duration.minutes(15)),
      targets: [new LambdaFunction(register, { retryAttempts: 0 })],
    })
    new Trigger(this, 'SeedAtDeploy', { handler: seed, executeAfter: [bucket] })
    new Alarms(this, 'Alarms', { jobs, deadLetters, train, register, timeout, email: props.alarmEmail })
    acknowledgeHelpers(this)

    // What `tensorfleet --stack` reads (cli/stack-outputs.ts).
    new CfnOutput(this, 'JobQueueUrl', { value: jobs.queueUrl })
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: deadLetters.queueUrl })
    new CfnOutput(this, 'ArtifactBucketName', { value: bucket.bucketName })
    new CfnOutput(this, 'MongoDb', { value: props.mongoDb })
    if (props.mongoSecretArn !== undefined)
      new CfnOutput(this, 'MongoSecretArn', { value: props.mongoSecretArn })
    else if (props.mongoUrl !== undefined) new CfnOutput(this, 'MongoUrl', { value: props.mongoUrl })
  }
}
