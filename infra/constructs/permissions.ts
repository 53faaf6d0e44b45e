/** The permissions of a function, and the reasons for cdk-nag. */
import { Stack, Validations } from 'aws-cdk-lib'
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { EVENT_SOURCE } from '../../shared/events/event.ts'

/** A function, or the role of a container. */
export type Actor = Construct & IGrantable

export function allow(to: Actor, actions: string[], resources: string[]): void {
  to.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }))
}

export function allowObjects(to: Actor, bucket: IBucket, actions: string[], prefixes: string[]): void {
  allow(
    to,
    actions,
    prefixes.map((prefix) => bucket.arnForObjects(prefix)),
  )
  acknowledgePrefixes(to, bucket, prefixes)
}

/** Sends the worker's events to the account's default bus. */
export function allowEvents(to: Actor): void {
  const bus = Stack.of(to).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })
  to.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['events:PutEvents'],
      resources: [bus],
      conditions: { StringEquals: { 'events:source': EVENT_SOURCE } },
    }),
  )
}

/** Datasets of other buckets: any object, but read only. */
export function allowDatasets(to: Actor, bucket: string): void {
  const arn = Stack.of(to).formatArn({ service: 's3', region: '', account: '', resource: bucket })
  allow(to, ['s3:GetObject'], [`${arn}/*`])
  allowList(to, [arn])
  acknowledge(to, [`arn:<AWS::Partition>:s3:::${bucket}/*`])
}

/** Without it S3 answers "access denied" for an object that is not there. */
export function allowList(to: Actor, buckets: string[]): void {
  allow(to, ['s3:ListBucket'], buckets)
}

/** Only as S3 and Secrets Manager use the keys: nobody who has the function's role can decrypt by itself. */
export function decryptStatement(scope: Construct, keys: string[]): PolicyStatement {
  const { region, urlSuffix } = Stack.of(scope)
  const services = ['s3', 'secretsmanager'].map((service) => `${service}.${region}.${urlSuffix}`)
  return new PolicyStatement({
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: keys,
    conditions: { StringEquals: { 'kms:ViaService': services } },
  })
}

/** Tells cdk-nag why a policy names objects by prefix. */
export function acknowledgePrefixes(to: Construct, bucket: IBucket, prefixes: readonly string[]): void {
  const own = bucket.node.defaultChild
  const arn =
    own instanceof CfnBucket
      ? `<${Stack.of(bucket).getLogicalId(own)}.Arn>`
      : `arn:<AWS::Partition>:s3:::${bucket.bucketName}`
  acknowledge(
    to,
    prefixes.map((prefix) => `${arn}/${prefix}`),
  )
}

function acknowledge(to: Construct, resources: readonly string[]): void {
  const reason = 'Objects are allowed by prefix, as their keys hold the ids of jobs and models.'
  for (const resource of resources) {
    Validations.of(to).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason })
  }
}

export function acknowledgePolicies(each: LambdaFunction): void {
  const managed = ['AWSLambdaBasicExecutionRole', 'AWSLambdaVPCAccessExecutionRole']
  Validations.of(each).acknowledge(
    ...managed.map((name) => ({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${name}]`,
      reason: 'What a function needs to write its log and to join a VPC.',
    })),
    { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'X-Ray’s actions have no resources to name.' },
  )
}

/** Of the role by which ECS starts a container: it gets its image, and writes its log. */
export function acknowledgeImagePull(role: Construct): void {
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'ecr:GetAuthorizationToken has no resource to name.',
  })
}
