import { SecretValue } from 'aws-cdk-lib'
import {
  ApiDestination,
  Authorization,
  Connection,
  HttpMethod,
  type IRuleTarget,
  Rule,
} from 'aws-cdk-lib/aws-events'
import { ApiDestination as ApiDestinationTarget, SnsTopic } from 'aws-cdk-lib/aws-events-targets'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { EVENT_SOURCE } from '../../shared/events/event.ts'
import { EncryptedTopic } from './encrypted-topic.ts'

type Props = {
  readonly bucket: IBucket
  readonly eventTopic: boolean
  readonly webhookUrl?: string
  readonly webhookSecretArn?: string
}

/** Where the stack's events go besides the account's bus: a topic, an address, or nowhere. */
export class EventTargets extends Construct {
  readonly topic: ITopic | undefined

  constructor(scope: Construct, id: string, { bucket, eventTopic, webhookUrl, webhookSecretArn }: Props) {
    super(scope, id)
    const targets: IRuleTarget[] = []
    if (eventTopic) {
      const { topic } = new EncryptedTopic(this, 'Topic', { publisher: 'events.amazonaws.com' })
      this.topic = topic
      targets.push(new SnsTopic(topic))
    }
    if (webhookUrl !== undefined && webhookSecretArn !== undefined)
      targets.push(this.webhook(webhookUrl, webhookSecretArn))
    if (targets.length === 0) return
    new Rule(this, 'Rule', {
      description: 'Jobs that ended, models that were registered, aliases that were set.',
      eventPattern: { source: [EVENT_SOURCE], resources: [bucket.bucketArn] },
      targets,
    })
  }

  private webhook(endpoint: string, secretArn: string): IRuleTarget {
    const connection = new Connection(this, 'Connection', {
      authorization: Authorization.apiKey('X-Api-Key', SecretValue.secretsManager(secretArn)),
    })
    const destination = new ApiDestination(this, 'Webhook', {
      connection,
      endpoint,
      httpMethod: HttpMethod.POST,
    })
    return new ApiDestinationTarget(destination)
  }
}
