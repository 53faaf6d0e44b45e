import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { beforeAll, describe, expect, test } from 'vitest'
import { readSettings } from '../../infra/settings.ts'
import { TrainingStack } from '../../infra/training-stack.ts'
import { MAX_RECEIVE_COUNT } from '../../shared/jobs/retry-delay.ts'
import { recordOutcome, recordPhase } from '../../shared/observability/metrics.ts'
import { ensureBundles } from '../support/bundles.ts'

const root = join(import.meta.dirname, '..', '..')
const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mongo-AbCdEf'

beforeAll(ensureBundles)

function template(context: Record<string, string> = {}): Template {
  const app = new App()
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  const settings = readSettings({ mongoSecretArn: secret, ...context })
  return Template.fromStack(new TrainingStack(app, 'Test', settings))
}

describe.each(['image', 'zip'])('packaged as %s', (packaging) => {
  test('synthesises, without Docker or credentials, with no finding of cdk-nag open', () => {
    const vpc = {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: 'eu-west-1a',
      privateSubnetIds: 'subnet-0123456789abcdef0',
    }
    expect(() => template({ packaging, alarmEmail: 'ops@example.com', ...vpc })).not.toThrow()
  })
})

describe('the template', () => {
  let stack: Template
  beforeAll(() => {
    stack = template({ packaging: 'zip', alarmEmail: 'ops@example.com', datasetBuckets: 'lake, more' })
  })

  test('encrypts the queues, waits six timeouts, gives up after five receives', () => {
    stack.resourceCountIs('AWS::SQS::Queue', 2)
    stack.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true })
    stack.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 6 * 900,
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
      DeletionPolicy: 'Retain',
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
      MemorySize: 3538,
      Timeout: 900,
      Runtime: 'nodejs24.x',
      TracingConfig: { Mode: 'Active' },
      RecursiveLoop: 'Allow',
      Environment: { Variables: Match.objectLike({ TENSORFLEET_MAX_TRAINING_SECONDS: '86400' }) },
    })
    stack.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    })
  })
  test('registers each committed result', () => {
    stack.hasResourceProperties('Custom::S3BucketNotifications', {
      NotificationConfiguration: {
        LambdaFunctionConfigurations: [
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
        ],
      },
    })
  })
  test('sweeps for results that were not registered, with the register function', () => {
    stack.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(15 minutes)',
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FunctionsRegister'), 'Arn'] } }],
    })
    stack.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Sweep'), 'Arn'] },
    })
  })
  test('allows no function every action or every resource, but X-Ray’s', () => {
    const policies = Object.values(stack.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      /^Functions/.test(Properties.PolicyName),
    )
    expect(policies.length).toBe(3)
    for (const { Properties } of policies) {
      for (const { Action, Resource } of Properties.PolicyDocument.Statement) {
        expect([Action].flat().filter((action) => action.includes('*'))).toEqual([])
        if (Resource === '*') expect([Action].flat().every((action) => action.startsWith('xray:'))).toBe(true)
      }
    }
  })
  test('has an alarm for each section of the runbook, and sends it', () => {
    const alarms = Object.entries(stack.findResources('AWS::CloudWatch::Alarm'))
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
    recordOutcome({ ...job, modelType: 'svm', status: 'completed', seconds: 1, accuracy: 1 }, (line) =>
      lines.push(line),
    )
    recordPhase({ ...job, phase: 'train', seconds: 1 }, (line) => lines.push(line))
    const names = new Set(lines.flatMap((line) => line.match(/worker_\w+/g) ?? []))
    // As many as jobs completed.
    names.delete('worker_models_trained_total')
    expect(names.size).toBe(7)
    for (const name of names) expect(shown).toContain(name)
  })
  test('logs JSON only, for a month', () => {
    stack.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 })
    stack.hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: 3538,
      LoggingConfig: { LogFormat: 'JSON' },
    })
  })
  test('tells what a client needs', () => {
    for (const output of ['JobQueueUrl', 'DeadLetterQueueUrl', 'ArtifactBucketName'])
      stack.hasOutput(output, {})
    stack.hasOutput('MongoDb', { Value: 'tensorfleet' })
    stack.hasOutput('MongoSecretArn', { Value: secret })
  })
})

test('a setting that cannot be used is named', () => {
  expect(() => readSettings({ memory: 'lots' })).toThrow(/context value memory cannot be used/)
  expect(() => readSettings({ packaging: 'tar' })).toThrow(/packaging/)
})

test('a setting that does not exist is refused, with the name that may be meant', () => {
  expect(() => readSettings({ concurency: '3' })).toThrow(
    'There is no setting concurency (did you mean "concurrency"?). docs/deploy.md lists the settings that -c takes.',
  )
  expect(() => readSettings({ colour: 'red' })).toThrow(/^There is no setting colour\. /)
})

test('CDK’s own context is not taken for settings', () => {
  const context = { '@aws-cdk/core:checkSecretUsage': true, 'aws:cdk:bundling-stacks': ['**'], stack: 'Mine' }
  expect(readSettings(context).stack).toBe('Mine')
})
