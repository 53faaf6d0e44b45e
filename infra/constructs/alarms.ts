import { Duration } from 'aws-cdk-lib'
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

type Props = {
  readonly jobs: IQueue
  readonly deadLetters: IQueue
  readonly train: IFunction
  readonly register: IFunction
  readonly timeout: Duration
  readonly email?: string
}

/** What an operator looks at, and what calls them: docs/operations.md has a section for each alarm. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { jobs, deadLetters, train, register, timeout, email }: Props) {
    super(scope, id)
    const five = { period: Duration.minutes(5) }
    const maximum = { ...five, statistic: 'Maximum' }
    const age = jobs.metricApproximateAgeOfOldestMessage(maximum)
    const dead = deadLetters.metricApproximateNumberOfMessagesVisible(maximum)
    const duration = train.metricDuration(maximum)
    const alarms = [
      this.alarm('DeadLetters', 'A job failed five times and needs a look.', dead, 1),
      this.alarm('OldestMessage', 'A job has waited for an hour.', age, 3600),
      this.alarm('TrainErrors', 'train ended with errors.', train.metricErrors(five), 1),
      this.alarm('TrainThrottles', 'train is throttled.', train.metricThrottles(five), 1),
      this.alarm(
        'TrainDuration',
        'An invocation of train came near its timeout.',
        duration,
        0.97 * timeout.toMilliseconds(),
      ),
      this.alarm('RegisterErrors', 'The registry falls behind the bucket.', register.metricErrors(five), 1),
    ]
    if (email !== undefined) {
      const topic = new Topic(this, 'Topic', { enforceSSL: true })
      topic.addSubscription(new EmailSubscription(email))
      for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(topic))
    }

    // The worker's own metrics, summed over their dimension.
    const own = (label: string, metricName: string) =>
      new MathExpression({
        ...five,
        label,
        expression: `SUM(SEARCH('{TensorFleet,model_type} MetricName="${metricName}"', 'Sum', 300))`,
      })
    new Dashboard(this, 'Dashboard', {
      widgets: [
        [
          graph('Jobs', [
            own('worker_tasks_completed_total', 'Sum'),
            own('worker_tasks_failed_total', 'Sum'),
          ]),
          graph('Queue', [jobs.metricApproximateNumberOfMessagesVisible(five), dead]),
          graph('Oldest message (s)', [age]),
        ],
        [
          graph('train: duration (ms)', [duration, train.metricDuration({ ...five, statistic: 'p50' })]),
          graph('Errors', [train.metricErrors(five), register.metricErrors(five)]),
          graph('Throttles', [train.metricThrottles(five)]),
        ],
      ],
    })
  }

  private alarm(id: string, alarmDescription: string, metric: IMetric, threshold: number): Alarm {
    return new Alarm(this, id, {
      alarmDescription,
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
  }
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8 })
}
