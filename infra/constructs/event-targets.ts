import { Duration, SecretValue } from 'aws-cdk-lib'
import {
  ApiDestination,
  Authorization,
  Connection,
  HttpMethod,
  type IRuleTarget,
  Rule,
} from 'aws-cdk-lib/aws-events'
import {
  ApiDestination as ApiDestinationTarget,
  SnsTopic,
  type TargetBaseProps,
} from 'aws-cdk-lib/aws-events-targets'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { EVENT_SOURCE } from '../../shared/events/event.ts'
import { EncryptedTopic } from './encrypted-topic.ts'
import { failedEvents } from './failed-events.ts'

type Props = {
  readonly bucket: IBucket
  readonly eventTopic: boolean
  readonly webhookUrl?: string
  readonly webhookSecretArn?: string
}

/** Targets of the stack's events besides the account's bus: a topic, a webhook, both or none. */
export class EventTargets extends Construct {
  readonly topic: ITopic | undefined
  /** Takes the events that neither topic nor address took, where the settings have one of them. */
  readonly undelivered: IQueue | undefined

  constructor(scope: Construct, id: string, { bucket, eventTopic, webhookUrl, webhookSecretArn }: Props) {
    super(scope, id)
    if (!eventTopic && webhookUrl === undefined) return
    const deadLetterQueue = failedEvents(this, 'Undelivered')
    this.undelivered = deadLetterQueue
    const delivery = { deadLetterQueue, maxEventAge: Duration.hours(24), retryAttempts: 185 }
    const targets: IRuleTarget[] = []
    if (eventTopic) {
      const { topic } = new EncryptedTopic(this, 'Topic', { publisher: 'events.amazonaws.com' })
      this.topic = topic
      targets.push(new SnsTopic(topic, delivery))
    }
    if (webhookUrl !== undefined && webhookSecretArn !== undefined)
      targets.push(this.webhook(webhookUrl, webhookSecretArn, delivery))
    new Rule(this, 'Rule', {
      description: 'Jobs that ended, models that were registered, aliases that were set.',
      eventPattern: { source: [EVENT_SOURCE], resources: [bucket.bucketArn] },
      targets,
    })
  }

  private webhook(endpoint: string, secretArn: string, delivery: TargetBaseProps): IRuleTarget {
    const connection = new Connection(this, 'Connection', {
      authorization: Authorization.apiKey('X-Api-Key', SecretValue.secretsManager(secretArn)),
    })
    const destination = new ApiDestination(this, 'Webhook', {
      connection,
      endpoint,
      httpMethod: HttpMethod.POST,
    })
    return new ApiDestinationTarget(destination, delivery)
  }
}
