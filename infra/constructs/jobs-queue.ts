import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

/** The queue of jobs and the one for messages that failed five times. */
export class JobsQueue extends Construct {
  readonly jobs: Queue
  readonly deadLetters: Queue

  constructor(
    scope: Construct,
    id: string,
    props: { functionTimeout: Duration; removal: 'retain' | 'destroy' },
  ) {
    super(scope, id)
    const common = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: props.removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    }
    this.deadLetters = new Queue(this, 'DeadLetters', common)
    this.jobs = new Queue(this, 'Queue', {
      ...common,
      // AWS' rule: six times the function's timeout, so that a message is not delivered again while it is being worked on.
      visibilityTimeout: Duration.seconds(6 * props.functionTimeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    })
  }
}
