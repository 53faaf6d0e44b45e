import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Match, type Template } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, test } from 'vitest'
import { MAX_RECEIVE_COUNT } from '../../shared/jobs/retry-delay.ts'
import { recordOutcome, recordPhase } from '../../shared/observability/metrics.ts'
import { ensureBundles } from '../support/bundles.ts'
import { secret, template } from './template.ts'

const root = join(import.meta.dirname, '..', '..')
const key = 'arn:aws:kms:eu-west-1:123456789012:key/0a1b'

beforeAll(ensureBundles)

describe.each([
  ['image', 'arm64'],
  ['image', 'x86_64'],
  ['zip', 'arm64'],
  ['zip', 'x86_64'],
])('packaged as %s for %s', (packaging, architecture) => {
  test('synthesises, without Docker or credentials, with no finding of cdk-nag open', () => {
    const vpc = {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: 'eu-west-1a',
      privateSubnetIds: 'subnet-0123456789abcdef0',
    }
    const targets = {
      events: 'true',
      eventTopic: 'true',
      webhookUrl: 'https://hooks.example.com',
      webhookSecretArn: secret,
    }
    const more = {
      alarmEmail: 'ops@example.com',
      rollout: 'canary',
      datasetBuckets: 'lake',
      kmsKeyArns: key,
      ...targets,
    }
    const stack = template({ packaging, architecture, ...more, ...vpc })
    const functions = Object.values(stack.findResources('AWS::Lambda::Function'))
    const ours = functions.filter(({ Properties }) => Properties.TracingConfig !== undefined)
    expect(ours).toHaveLength(4)
    for (const { Properties } of ours) expect(Properties.Architectures).toEqual([architecture])
  }, 240_000)
})

describe('the template', () => {
  let stack: Template
  beforeAll(() => {
    stack = template({ packaging: 'zip', alarmEmail: 'ops@example.com', datasetBuckets: 'lake, more' })
  }, 240_000)

  test('encrypts the queues, waits a little longer than the timeout, gives up after ten receives', () => {
    stack.resourceCountIs('AWS::SQS::Queue', 3)
    stack.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true })
    stack.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 900 + 5 * 60,
      RedrivePolicy: { maxReceiveCount: MAX_RECEIVE_COUNT },
    })
  })
  test('gives the storage service to train alone', () => {
    const STORAGE_SERVICE_URL = 'http://storage:8081'
    const functions = template({ packaging: 'zip', storageServiceUrl: STORAGE_SERVICE_URL }).findResources(
      'AWS::Lambda::Function',
      { Properties: { Environment: { Variables: { STORAGE_SERVICE_URL } } } },
    )
    expect(Object.values(functions).map(({ Properties }) => Properties.Description)).toEqual([
      'Trains the model that a message asks for.',
    ])
  })
  test('keeps the bucket private, versioned and, when the stack goes, there', () => {
    stack.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: 'Enabled' },
        LifecycleConfiguration: {
          Rules: Match.arrayWith([
            Match.objectLike({
              Prefix: 'checkpoints/',
              ExpirationInDays: 7,
              NoncurrentVersionExpiration: { NoncurrentDays: 1 },
            }),
            Match.objectLike({
              Prefix: 'status/',
              ExpirationInDays: 32,
              NoncurrentVersionExpiration: { NoncurrentDays: 1 },
            }),
            Match.objectLike({ Id: 'old-versions', ExpiredObjectDeleteMarker: true }),
          ]),
        },
      },
    })
    stack.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    })
  })
  test('runs train on the queue, one job an invocation, with partial responses and a ceiling', () => {
    stack.hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: 3008,
      Timeout: 900,
      Runtime: 'nodejs24.x',
      TracingConfig: { Mode: 'Active' },
      RecursiveLoop: 'Allow',
      Environment: { Variables: Match.objectLike({ TENSORFLEET_MAX_TRAINING_SECONDS: '86400' }) },
    })
    stack.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    })
  })
  test('registers each committed result', () => {
    stack.hasResourceProperties('Custom::S3BucketNotifications', {
      NotificationConfiguration: {
        LambdaFunctionConfigurations: Match.arrayWith([
          Match.objectLike({
            Events: ['s3:ObjectCreated:*'],
            Filter: {
              Key: {
                FilterRules: [
                  { Name: 'suffix', Value: '/result.json' },
                  { Name: 'prefix', Value: 'jobs/' },
                ],
              },
            },
          }),
        ]),
      },
    })
  })
  test('sweeps for results that were not registered, with a function whose failures Lambda does not repeat', () => {
    stack.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(15 minutes)',
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FunctionsSweep'), 'Arn'] } }],
    })
    stack.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^FunctionsSweep') },
      MaximumRetryAttempts: 0,
    })
  })
  test('keeps the events that register gave up on', () => {
    stack.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^FunctionsRegister') },
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Unregistered'), 'Arn'] } },
      },
    })
  })
  test('lets the schedule invoke the sweep', () => {
    stack.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Sweep'), 'Arn'] },
    })
  })
  test('allows no function every action or every resource, but X-Ray’s', () => {
    const policies = Object.values(stack.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      /^Functions/.test(Properties.PolicyName),
    )
    expect(policies.length).toBe(4)
    for (const { Properties } of policies) {
      for (const { Action, Resource } of Properties.PolicyDocument.Statement) {
        expect([Action].flat().filter((action) => action.includes('*'))).toEqual([])
        if (Resource === '*') expect([Action].flat().every((action) => action.startsWith('xray:'))).toBe(true)
      }
    }
  })
  test('has an alarm for each section of the runbook, and sends it', () => {
    const all = template({ batch: 'fargate', alarmEmail: 'ops@example.com' })
    const alarms = Object.entries(all.findResources('AWS::CloudWatch::Alarm'))
    const runbook = readFileSync(join(root, 'docs', 'operations.md'), 'utf8')
    const sections = Array.from(runbook.matchAll(/^### (\w+)$/gm), ([, title]) => title)
    const names = alarms.map(([id]) => id.replace(/^Alarms(\w+)[0-9A-F]{8}$/, '$1'))
    expect(names.sort()).toEqual(sections.sort())
    for (const [, { Properties }] of alarms) expect(Properties.AlarmActions).toHaveLength(1)
    stack.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.com' })
  })
  test('lets the account’s alarms publish to the topic', () => {
    stack.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    })
  })
  test('encrypts the topic under a key that the alarms may use', () => {
    stack.allResourcesProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() })
    stack.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Principal: { Service: 'cloudwatch.amazonaws.com' },
          }),
        ]),
      },
    })
  })
  test('alarms on what the registry lacks, and shortly before the timeout', () => {
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'AsyncEventsDropped',
      Threshold: 1,
      Statistic: 'Sum',
    })
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'Duration', Threshold: 873_000 })
  })
  test('shows on its dashboard every metric that the worker writes', () => {
    const [{ Properties }] = Object.values(stack.findResources('AWS::CloudWatch::Dashboard'))
    const shown = JSON.stringify(Properties.DashboardBody)
    const lines: string[] = []
    const job = { jobId: 'j', rows: 1, queueSeconds: 1 }
    for (const figure of [{ accuracy: 1 }, { r2: 1 }]) {
      recordOutcome({ ...job, modelType: 'svm', status: 'completed', seconds: 1, ...figure }, (line) =>
        lines.push(line),
      )
    }
    recordPhase({ ...job, phase: 'train', seconds: 1 }, (line) => lines.push(line))
    const names = new Set(lines.flatMap((line) => line.match(/worker_\w+/g) ?? []))
    // As many as jobs completed.
    names.delete('worker_models_trained_total')
    expect(names.size).toBe(8)
    for (const name of names) expect(shown).toContain(name)
  })
  test('logs JSON only, for a month', () => {
    stack.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 })
    stack.hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: 3008,
      LoggingConfig: { LogFormat: 'JSON' },
    })
  })
  test('tells what a client needs', () => {
    for (const output of [
      'JobQueueUrl',
      'DeadLetterQueueUrl',
      'ArtifactBucketName',
      'TrainRoleArn',
      'SweepRoleArn',
      'TrainLogGroup',
    ])
      stack.hasOutput(output, {})
    stack.hasOutput('MongoDb', { Value: 'tensorfleet' })
    stack.hasOutput('MongoSecretArn', { Value: secret })
  })
})

describe('when the stack goes', () => {
  const removable = ['AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::Logs::LogGroup']
  const policiesOf = (stack: Template) =>
    removable.flatMap((type) =>
      Object.entries(stack.findResources(type))
        // Failed events, and the logs of CDK's helpers, go in any case.
        .filter(([id]) => !/^(Unregistered|BucketNotifications|AWSCDKTrigger|CustomS3)/.test(id))
        .map(([, { DeletionPolicy }]) => DeletionPolicy),
    )
  test('what it holds stays, but not after a first deploy that failed', () => {
    expect(new Set(policiesOf(template({ packaging: 'zip' })))).toEqual(new Set(['RetainExceptOnCreate']))
  })
  test('with removal=destroy all of it goes, and the bucket is emptied', () => {
    const stack = template({ packaging: 'zip', removal: 'destroy' })
    expect(new Set(policiesOf(stack))).toEqual(new Set(['Delete']))
    stack.resourceCountIs('Custom::S3AutoDeleteObjects', 1)
  })
  test('a bucket that was there before is used as it is, and is not the stack’s to delete', () => {
    const stack = template({ packaging: 'zip', removal: 'destroy', bucketName: 'models-of-before' })
    stack.resourceCountIs('AWS::S3::Bucket', 0)
    stack.resourceCountIs('Custom::S3AutoDeleteObjects', 0)
    stack.hasOutput('ArtifactBucketName', { Value: 'models-of-before' })
    stack.hasResourceProperties('Custom::S3BucketNotifications', {
      BucketName: 'models-of-before',
      Managed: false,
    })
  })
})

test('no deploy waits for MongoDB: the sample datasets are put in place afterwards', () => {
  template({ packaging: 'zip' }).hasResourceProperties('Custom::Trigger', { InvocationType: 'Event' })
})

test('keys are for decryption by S3 and Secrets Manager only', () => {
  const stack = template({ packaging: 'zip', kmsKeyArns: key })
  const statements = Object.entries(stack.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('Functions'))
    .map(([, { Properties }]) =>
      Properties.PolicyDocument.Statement.find(({ Resource }: { Resource: unknown }) => Resource === key),
    )
  expect(statements).toHaveLength(4)
  for (const statement of statements)
    expect(Object.keys(statement.Condition.StringEquals)).toEqual(['kms:ViaService'])
})

test('roles have the names that were chosen for them', () => {
  const stack = template({ packaging: 'zip', roleName: 'fleet' })
  const names = Object.values(stack.findResources('AWS::IAM::Role')).map(
    ({ Properties }) => Properties.RoleName,
  )
  expect(names.filter((name) => name !== undefined).sort()).toEqual(
    ['register', 'seed', 'sweep', 'train'].map((name) => `fleet-${name}`),
  )
})

test('the security group can be given, and is told', () => {
  const vpc = { vpcId: 'vpc-0a', availabilityZones: 'eu-west-1a', privateSubnetIds: 'subnet-0a' }
  const own = template({ packaging: 'zip', ...vpc })
  own.resourceCountIs('AWS::EC2::SecurityGroup', 1)
  own.hasOutput('SecurityGroupId', {})
  const given = template({ packaging: 'zip', ...vpc, securityGroupId: 'sg-0a' })
  given.resourceCountIs('AWS::EC2::SecurityGroup', 0)
  given.hasOutput('SecurityGroupId', { Value: 'sg-0a' })
})

test('a gradual rollout moves an alias, which the queue goes to, and goes back on an alarm', () => {
  const stack = template({ packaging: 'zip', rollout: 'canary' })
  stack.hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', {
    AutoRollbackConfiguration: { Enabled: true },
    AlarmConfiguration: { Enabled: true, Alarms: [Match.anyValue(), Match.anyValue()] },
  })
  stack.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionName: { 'Fn::Join': ['', Match.arrayWith([':live'])] },
  })
})
