/** What an account holds a stack to: its policies, its logs, its transport, and CDK's recommended behaviour. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Template } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, test } from 'vitest'
import cdk from '../../cdk.json' with { type: 'json' }
import { ensureBundles } from '../support/bundles.ts'
import { allowsRequest } from '../support/evaluate-policy.ts'
import { template } from './template.ts'

const root = join(import.meta.dirname, '..', '..')

beforeAll(ensureBundles)

const ACCOUNT = '123456789012'

/** A document of the template with its references filled in: the account's number, and ids in place of ARNs. */
const resolved = (document: unknown): unknown =>
  JSON.parse(
    JSON.stringify(document)
      .replaceAll('{"Ref":"AWS::AccountId"}', `"${ACCOUNT}"`)
      .replaceAll('{"Ref":"AWS::Partition"}', '"aws"')
      .replaceAll(/\{"Ref":"(\w+)"\}/g, '"$1"')
      .replaceAll(/\{"Fn::GetAtt":\["(\w+)","Arn"\]\}/g, '"$1"')
      .replaceAll(
        /\{"Fn::Join":\["",(\["[^\]]*"\])\]\}/g,
        (_, parts: string) => `"${JSON.parse(parts).join('')}"`,
      ),
  )

const everything = () =>
  template({
    packaging: 'image',
    batch: 'fargate',
    api: 'iam',
    removal: 'destroy',
    alarmEmail: 'ops@example.com',
    eventTopic: 'true',
    webhookUrl: 'https://hooks.example.com',
    webhookSecretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:hook-AbCdEf',
  })

describe('a stack with all that the settings can ask for', () => {
  let stack: Template
  beforeAll(() => {
    stack = everything()
  }, 240_000)

  test('keeps the log of every function in a group of its own, for a limited time', () => {
    const groups = stack.findResources('AWS::Logs::LogGroup')
    for (const [id, { Properties }] of Object.entries(stack.findResources('AWS::Lambda::Function'))) {
      const group = groups[Properties.LoggingConfig?.LogGroup?.Ref]
      expect(group?.Properties.RetentionInDays, id).toBeGreaterThan(0)
      expect(group.DeletionPolicy, id).toBe('Delete')
    }
  })

  /** Whether the topic of `construct` and its key both take what a principal publishes. */
  function takes(
    construct: string,
    principal: readonly [string, string],
    context: Readonly<Record<string, string>>,
  ): boolean {
    const [[topic, { Properties }]] = Object.entries(stack.findResources('AWS::SNS::Topic')).filter(([id]) =>
      id.startsWith(construct),
    )
    const policies = Object.values(stack.findResources('AWS::SNS::TopicPolicy'))
    const own = policies.find((each) => JSON.stringify(each.Properties.Topics).includes(topic))
    const key = stack.findResources('AWS::KMS::Key')[Properties.KmsMasterKeyId['Fn::GetAtt'][0]]
    const request = { principal, resource: topic, context: { 'aws:SecureTransport': 'true', ...context } }
    const mayUse = (action: string) =>
      allowsRequest(resolved(key.Properties.KeyPolicy), { ...request, action })
    return (
      allowsRequest(resolved(own?.Properties.PolicyDocument), { ...request, action: 'sns:Publish' }) &&
      mayUse('kms:GenerateDataKey') &&
      mayUse('kms:Decrypt')
    )
  }
  const cloudwatch = ['Service', 'cloudwatch.amazonaws.com'] as const
  const eventbridge = ['Service', 'events.amazonaws.com'] as const

  test('the alarms’ topic takes what CloudWatch publishes for this account, by TLS, and nothing else', () => {
    const here = { 'aws:SourceAccount': ACCOUNT }
    expect(takes('Alarms', cloudwatch, here)).toBe(true)
    expect(takes('Alarms', cloudwatch, { 'aws:SourceAccount': '999999999999' })).toBe(false)
    expect(takes('Alarms', cloudwatch, { ...here, 'aws:SecureTransport': 'false' })).toBe(false)
    expect(takes('Alarms', eventbridge, here)).toBe(false)
    expect(takes('Alarms', ['AWS', 'arn:aws:iam::999999999999:root'], here)).toBe(false)
  })

  test('the events’ topic takes what EventBridge publishes, which names no account, by TLS, and nothing else', () => {
    expect(takes('Events', eventbridge, {})).toBe(true)
    expect(takes('Events', eventbridge, { 'aws:SecureTransport': 'false' })).toBe(false)
    expect(takes('Events', cloudwatch, { 'aws:SourceAccount': ACCOUNT })).toBe(false)
    expect(takes('Events', ['AWS', 'arn:aws:iam::999999999999:root'], {})).toBe(false)
  })

  test.each([
    ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy'],
    ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy'],
    ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy'],
  ])('every %s refuses what comes without TLS', (type, policyType) => {
    const denied = Object.values(stack.findResources(policyType))
      .filter(({ Properties }) =>
        Properties.PolicyDocument.Statement.some(
          ({ Effect, Condition }: { Effect: string; Condition?: unknown }) =>
            Effect === 'Deny' && JSON.stringify(Condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
        ),
      )
      .map(({ Properties }) => JSON.stringify(Properties))
    for (const id of Object.keys(stack.findResources(type)))
      expect(
        denied.some((policy) => policy.includes(`"${id}"`)),
        id,
      ).toBe(true)
  })

  test('senders, readers and operators may do what their commands do, and no more', () => {
    const policies = Object.entries(stack.findResources('AWS::IAM::ManagedPolicy'))
    const actionsOf = (role: string) =>
      new Set(
        policies
          .filter(([id]) => id.startsWith(`Access${role}`))
          .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
          .flatMap(({ Action }: { Action: string | string[] }) => Action),
      )
    const [sender, reader, operator] = ['Sender', 'Reader', 'Operator'].map(actionsOf)
    // S3 answers 403 for a result that is not there yet to who may not list.
    for (const role of [sender, reader, operator]) {
      expect(role).toContain('s3:ListBucket')
      expect(role).toContain('s3:GetObject')
      expect(role).toContain('cloudformation:DescribeStacks')
    }
    expect(sender).toContain('sqs:SendMessage')
    expect(sender).not.toContain('sqs:DeleteMessage')
    expect(reader).not.toContain('sqs:SendMessage')
    expect(reader).not.toContain('s3:PutObject')
    for (const action of ['GetQueueAttributes', 'ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility'])
      expect(operator).toContain(`sqs:${action}`)
    for (const role of ['Sender', 'Reader', 'Operator']) stack.hasOutput(`${role}PolicyArn`, {})
  })

  test('the functions’ environments have room for long names below Lambda’s 4 KB', () => {
    for (const [id, { Properties }] of Object.entries(stack.findResources('AWS::Lambda::Function')))
      expect(JSON.stringify(Properties.Environment ?? {}).length, id).toBeLessThan(3000)
  })

  test('unfinished uploads in parts are cleared away', () => {
    const [bucket] = Object.values(stack.findResources('AWS::S3::Bucket'))
    const rules = bucket.Properties.LifecycleConfiguration.Rules
    expect(JSON.stringify(rules)).toContain('"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":2}')
  })

  test('keys rotate, and every alarm says what missing data mean', () => {
    stack.allResourcesProperties('AWS::KMS::Key', { EnableKeyRotation: true })
    stack.allResourcesProperties('AWS::CloudWatch::Alarm', { TreatMissingData: 'notBreaching' })
  })
})

test('cdk.json sets every flag that this version of CDK recommends', () => {
  // What `cdk init` gives a new project, and `cdk flags` compares with.
  const recommended = JSON.parse(
    readFileSync(join(root, 'node_modules', 'aws-cdk-lib', 'recommended-feature-flags.json'), 'utf8'),
  )
  expect(Object.keys(recommended).length).toBeGreaterThan(50)
  expect(cdk.context).toMatchObject(recommended)
})

test('the workflow that deploys holds no key', () => {
  const workflow = readFileSync(join(root, '.github', 'workflows', 'deploy.yml'), 'utf8')
  expect(workflow).not.toMatch(/AWS_SECRET_ACCESS_KEY|secrets\./)
  expect(workflow).toContain('id-token: write')
})
