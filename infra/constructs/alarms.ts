import { Duration } from 'aws-cdk-lib'
import {
  Alarm,
  AlarmStatusWidget,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { IRule } from 'aws-cdk-lib/aws-events'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { EncryptedTopic } from './encrypted-topic.ts'

type Props = {
  readonly jobs: IQueue
  readonly deadLetters: IQueue
  readonly train: IFunction
  readonly register: IFunction
  readonly sweep: IFunction
  /** The rule that matches what Batch gives up on, where there is Batch. */
  readonly batchGaveUp: IRule | undefined
  readonly timeout: Duration
  readonly email?: string
}

const five = { period: Duration.minutes(5) }

type Metrics = ReturnType<typeof metricsOf>

function metricsOf({ jobs, deadLetters, train, register }: Props) {
  const maximum = { ...five, statistic: 'Maximum' }
  return {
    age: jobs.metricApproximateAgeOfOldestMessage(maximum),
    dead: deadLetters.metricApproximateNumberOfMessagesVisible(maximum),
    duration: train.metricDuration(maximum),
    refused: own('worker_registrations_refused_total', 'Sum'),
    // A committed result whose event Lambda gave up on after three tries.
    unregistered: register.metric('AsyncEventsDropped', { ...five, statistic: 'Sum' }),
    recursive: train.metric('RecursiveInvocationsDropped', { ...five, statistic: 'Sum' }),
  }
}

/** The dashboard and the alarms: docs/operations.md has a section for each alarm. */
export class Alarms extends Construct {
  /** Alarms that show a bad version of train. */
  readonly ofTrain: Alarm[]

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id)
    const { train, register, sweep, timeout, email } = props
    const metrics = metricsOf(props)
    this.ofTrain = [
      this.alarm('DeadLetters', 'A job failed ten times and needs a look.', metrics.dead, 1),
      this.alarm('TrainErrors', 'train ended with errors.', train.metricErrors(five), 1),
    ]
    const alarms = [
      ...this.ofTrain,
      this.alarm('OldestMessage', 'A job has waited for an hour.', metrics.age, 3600),
      this.alarm('TrainThrottles', 'train is throttled.', train.metricThrottles(five), 1),
      this.alarm(
        'TrainDuration',
        'An invocation of train came near its timeout.',
        metrics.duration,
        0.97 * timeout.toMilliseconds(),
      ),
      this.alarm('RegisterErrors', 'register ended with errors.', register.metricErrors(five), 1),
      this.alarm('RegistrationsRefused', 'A result can never be registered as it is.', metrics.refused, 1),
      this.alarm('SweepErrors', 'The sweep ended with errors.', sweep.metricErrors(five), 1),
      this.alarm('RecursionStopped', 'Lambda took a long job for a loop and ended it.', metrics.recursive, 1),
      this.alarm(
        'RegistryBehind',
        'The registry lacks a result that the bucket has.',
        metrics.unregistered,
        1,
      ),
      ...this.ofBatch(props.batchGaveUp),
    ]
    if (email !== undefined) this.sendTo(email, alarms)
    this.dashboard(alarms, metrics, props)
  }

  private ofBatch(gaveUp: IRule | undefined): Alarm[] {
    if (gaveUp === undefined) return []
    const matched = new Metric({
      namespace: 'AWS/Events',
      metricName: 'MatchedEvents',
      dimensionsMap: { RuleName: gaveUp.ruleName },
      statistic: 'Sum',
      ...five,
    })
    return [this.alarm('BatchGaveUp', 'AWS Batch starts a job no more.', matched, 1)]
  }

  private sendTo(email: string, alarms: readonly Alarm[]): void {
    const { topic } = new EncryptedTopic(this, 'Topic', { publisher: 'cloudwatch.amazonaws.com' })
    topic.addSubscription(new EmailSubscription(email))
    for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(topic))
  }

  private dashboard(alarms: Alarm[], metrics: Metrics, { jobs, train, register, sweep }: Props): void {
    new Dashboard(this, 'Dashboard', {
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 })],
        [
          graph('Jobs', [
            search('{TensorFleet,model_type} MetricName="worker_tasks_completed_total"', 'Sum', 'completed'),
            search('{TensorFleet,model_type} MetricName="worker_tasks_failed_total"', 'Sum', 'failed'),
            own('worker_jobs_dead_lettered_total', 'Sum', 'dead-lettered'),
            own('worker_jobs_handed_over_total', 'Sum', 'handed over'),
          ]),
          graph('Queue', [jobs.metricApproximateNumberOfMessagesVisible(five), metrics.dead]),
          graph('Oldest message (s)', [metrics.age]),
        ],
        [
          graph('Jobs by algorithm: duration (s)', [
            search('{TensorFleet,model_type} MetricName="worker_task_duration_seconds"', 'Average'),
          ]),
          graph('Steps: duration (s)', [
            search('{TensorFleet,phase} MetricName="worker_phase_duration_seconds"', 'Average'),
          ]),
          graph('Accuracy by algorithm', [
            search('{TensorFleet,model_type} MetricName="worker_model_accuracy"', 'Average'),
          ]),
        ],
        [
          graph('train: duration (ms)', [
            metrics.duration,
            train.metricDuration({ ...five, statistic: 'p50' }),
          ]),
          graph('Errors', [
            train.metricErrors(five),
            register.metricErrors(five),
            sweep.metricErrors(five),
            metrics.unregistered,
            metrics.refused,
          ]),
          graph('Throttles', [train.metricThrottles(five), register.metricThrottles(five)]),
        ],
        [
          graph('Wait in the queue (s)', [
            own('worker_queue_seconds', 'Maximum', 'maximum'),
            own('worker_queue_seconds', 'p50', 'p50'),
          ]),
          graph('Rows of a dataset', [
            own('worker_dataset_rows', 'Maximum', 'maximum'),
            own('worker_dataset_rows', 'p50', 'p50'),
          ]),
          graph('r² by algorithm', [
            search('{TensorFleet,model_type} MetricName="worker_model_r2"', 'Average'),
          ]),
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

/**
 * The worker's own metrics of one dimension (shared/observability/metrics.ts): a line for each value, or with a label
 * their sum.
 */
function search(what: string, statistic: string, label?: string): MathExpression {
  const found = `SEARCH('${what}', '${statistic}', 300)`
  return label === undefined
    ? new MathExpression({ expression: found, label: '' })
    : new MathExpression({ expression: `SUM(${found})`, label })
}

/**
 * A metric of the worker without a dimension. One with a label is for graphs alone: an alarm on it would be metric
 * math.
 */
function own(metricName: string, statistic: string, label?: string): Metric {
  return new Metric({
    namespace: 'TensorFleet',
    metricName,
    statistic,
    ...(label === undefined ? {} : { label }),
    period: Duration.minutes(5),
  })
}
