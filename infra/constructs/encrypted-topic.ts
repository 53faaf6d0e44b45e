import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'

/**
 * A topic that is encrypted under a key of its own, as services of AWS cannot publish to one under SNS' own key. The one
 * service that `publisher` names may publish, for this account.
 */
export class EncryptedTopic extends Construct {
  readonly topic: Topic

  constructor(scope: Construct, id: string, { publisher }: { readonly publisher: string }) {
    super(scope, id)
    const principals = [new ServicePrincipal(publisher)]
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } }
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
