import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { MAX_RECEIVE_COUNT } from '../../shared/jobs/retry-delay.ts'

/** The queue of jobs and its dead-letter queue. */
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
      // A first deploy that fails leaves nothing behind.
      removalPolicy:
        props.removal === 'retain' ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    }
    this.deadLetters = new Queue(this, 'DeadLetters', common)
    this.jobs = new Queue(this, 'Queue', {
      ...common,
      // A killed or a throttled job comes back when it is over. An invocation takes one message, at once, so that a
      // few minutes for Lambda's own retries are enough beside its timeout. (AWS' six times are for batches.)
      visibilityTimeout: props.functionTimeout.plus(Duration.minutes(5)),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVE_COUNT },
    })
  }
}
