/**
 * The templates with events: who may send them, and where they go.
 *
 * @module-tag long
 */
import { Match } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, test } from 'vitest'
import { ensureBundles } from '../support/bundles.ts'
import { secret, template } from './template.ts'

beforeAll(ensureBundles)

describe('events', () => {
  test('tells register of each alias that is set', () => {
    const filters = JSON.stringify(
      template({ packaging: 'zip' }).findResources('Custom::S3BucketNotifications'),
    )
    expect(filters).toContain('{"Name":"prefix","Value":"aliases/"}')
  })
  test('lets register and the sweep send events of ours, to the account’s bus, and nobody else', () => {
    const senders = Object.entries(template({ packaging: 'zip' }).findResources('AWS::IAM::Policy')).flatMap(
      ([id, { Properties }]) =>
        Properties.PolicyDocument.Statement.filter(
          ({ Action }: { Action: unknown }) => Action === 'events:PutEvents',
        ).map(({ Condition }: { Condition: unknown }) => {
          expect(Condition).toEqual({ StringEquals: { 'events:source': 'tensorfleet' } })
          return id.replace(/ServiceRole.*/, '')
        }),
    )
    expect(senders.map((id) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual([
      'FunctionsRegister',
      'FunctionsSweepResults',
    ])
  })
  const webhookUrl = 'https://hooks.example.com/models'
  test('go to a topic and to an address where the settings say so', () => {
    const stack = template({ packaging: 'zip', eventTopic: 'true', webhookUrl, webhookSecretArn: secret })
    stack.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['tensorfleet'], resources: [Match.anyValue()] },
      Targets: [Match.anyValue(), Match.anyValue()],
    })
    stack.hasResourceProperties('AWS::Events::ApiDestination', {
      InvocationEndpoint: webhookUrl,
      HttpMethod: 'POST',
    })
    stack.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'events.amazonaws.com' },
          }),
        ]),
      },
    })
    stack.hasOutput('EventTopicArn', {})
  })
  test('that neither takes within a day are kept in a queue that EventBridge may send to', () => {
    const stack = template({ packaging: 'zip', eventTopic: 'true', webhookUrl, webhookSecretArn: secret })
    const queue = { 'Fn::GetAtt': [Match.stringLikeRegexp('^EventsUndelivered'), 'Arn'] }
    const target = Match.objectLike({
      DeadLetterConfig: { Arn: queue },
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
    })
    stack.hasResourceProperties('AWS::Events::Rule', { Targets: [target, target] })
    stack.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sqs:SendMessage',
            Principal: { Service: 'events.amazonaws.com' },
            Resource: queue,
          }),
        ]),
      },
    })
    stack.hasOutput('UndeliveredQueueUrl', {})
  })
  test('are not sent from a VPC, where register could wait for EventBridge in vain, unless that is asked for', () => {
    const vpc = { vpcId: 'vpc-0a', availabilityZones: 'eu-west-1a', privateSubnetIds: 'subnet-0a' }
    const sends = (context: Record<string, string>) =>
      JSON.stringify(template({ packaging: 'zip', ...vpc, ...context }).toJSON()).includes('PutEvents')
    expect(sends({})).toBe(false)
    expect(sends({ events: 'true' })).toBe(true)
  })
})

test('traces can be turned off', () => {
  const functions = template({ packaging: 'zip', tracing: 'false' }).findResources('AWS::Lambda::Function')
  expect(JSON.stringify(functions)).not.toContain('"Mode":"Active"')
})
