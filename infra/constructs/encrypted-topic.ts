import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'

type Publisher = 'cloudwatch.amazonaws.com' | 'events.amazonaws.com'

/**
 * A topic that is encrypted under a key of its own, as services of AWS cannot publish to one under SNS' own key. The one
 * service that `publisher` names may publish.
 */
export class EncryptedTopic extends Construct {
  readonly topic: Topic

  constructor(scope: Construct, id: string, { publisher }: { readonly publisher: Publisher }) {
    super(scope, id)
    const principals = [new ServicePrincipal(publisher)]
    // EventBridge does not name the account: under a condition it could publish nothing, and would not say so.
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    const conditions =
      publisher === 'events.amazonaws.com'
        ? {}
        : { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } }
    const key = new Key(this, 'Key', {
      description: `What ${publisher} publishes.`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    key.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions,
      }),
    )
    this.topic = new Topic(this, 'Topic', { enforceSSL: true, masterKey: key })
    // A policy of its own replaces the topic's default one, which lets the account's services publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals,
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions,
      }),
    )
  }
}
