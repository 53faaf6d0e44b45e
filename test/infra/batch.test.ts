/**
 * The templates with AWS Batch: synthesised in all combinations, with no finding of cdk-nag, and with what they must hold.
 *
 * @module-tag long
 */
import { Match, type Template } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, test } from 'vitest'
import { readSettings } from '../../infra/read-settings.ts'
import { ensureBundles } from '../support/bundles.ts'
import { secret, template } from './template.ts'

beforeAll(ensureBundles)

const vpc = {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: 'eu-west-1a',
  privateSubnetIds: 'subnet-0123456789abcdef0',
}

describe.each(['fargate', 'ec2'])('on %s', (batch) => {
  const kindOf = (name: string) => (batch === 'fargate' ? name : name.replace(/^FARGATE_?/, '') || 'EC2')

  describe.each([
    ['arm64', 'a network of its own', {}],
    ['x86_64', 'a network of its own', {}],
    ['arm64', 'the functions’ VPC', vpc],
    ['x86_64', 'the functions’ VPC', vpc],
  ])('for %s in %s', (architecture, _, network: Record<string, string>) => {
    const isOwn = network.vpcId === undefined
    let stack: Template
    beforeAll(() => {
      const more = { datasetBuckets: 'lake', roleName: 'fleet', alarmEmail: 'ops@example.com' }
      stack = template({ batch, architecture, ...network, ...more })
    }, 240_000)

    test('takes Spot first, and what is on demand after that', () => {
      stack.resourceCountIs('AWS::Batch::ComputeEnvironment', 2)
      for (const type of [kindOf('FARGATE_SPOT'), kindOf('FARGATE')]) {
        stack.hasResourceProperties('AWS::Batch::ComputeEnvironment', {
          Type: 'managed',
          ComputeResources: { Type: type, MaxvCpus: 64 },
        })
      }
      stack.hasResourceProperties('AWS::Batch::JobQueue', {
        ComputeEnvironmentOrder: [
          {
            Order: 1,
            ComputeEnvironment: { 'Fn::GetAtt': [Match.stringLikeRegexp('Spot'), Match.anyValue()] },
          },
          {
            Order: 2,
            ComputeEnvironment: { 'Fn::GetAtt': [Match.stringLikeRegexp('OnDemand'), Match.anyValue()] },
          },
        ],
        JobStateTimeLimitActions: Match.anyValue(),
      })
    })
    test('runs the image by the id of a job, ten times at most, and not again after a wrong command', () => {
      stack.hasResourceProperties('AWS::Batch::JobDefinition', {
        PlatformCapabilities: [batch === 'fargate' ? 'FARGATE' : 'EC2'],
        ContainerProperties: {
          Command: ['work', '--job', 'Ref::job_id'],
          Environment: Match.arrayWith([
            { Name: 'ARTIFACT_BUCKET', Value: Match.anyValue() },
            { Name: 'MONGODB_SECRET_ARN', Value: secret },
          ]),
          LogConfiguration: { LogDriver: 'awslogs' },
          ...(batch === 'fargate'
            ? {
                RuntimePlatform: { CpuArchitecture: architecture === 'arm64' ? 'ARM64' : 'X86_64' },
                NetworkConfiguration: { AssignPublicIp: isOwn ? 'ENABLED' : 'DISABLED' },
              }
            : {}),
        },
        RetryStrategy: {
          Attempts: 10,
          EvaluateOnExit: [
            { Action: 'EXIT', OnExitCode: '2' },
            { Action: 'EXIT', OnReason: 'OutOfMemoryError*' },
            { Action: 'RETRY', OnReason: '*' },
          ],
        },
      })
    })
    test('hands over by the queue and the definition, and hears of what Batch gives up on', () => {
      stack.hasResourceProperties('AWS::Lambda::Function', {
        Environment: {
          Variables: Match.objectLike({
            BATCH_JOB_QUEUE: Match.anyValue(),
            BATCH_JOB_DEFINITION: Match.anyValue(),
            BATCH_MAX_TRAINING_SECONDS: '1209600',
          }),
        },
      })
      stack.hasResourceProperties('AWS::Events::Rule', {
        EventPattern: {
          source: ['aws.batch'],
          'detail-type': ['Batch Job State Change'],
          detail: { status: ['FAILED'], jobQueue: [Match.anyValue()] },
        },
        Targets: [{ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FunctionsRegister'), 'Arn'] } }],
      })
      stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Namespace: 'AWS/Events',
        MetricName: 'MatchedEvents',
        AlarmActions: [Match.anyValue()],
      })
    })
    test('has a network that lets nobody in', () => {
      stack.resourceCountIs('AWS::EC2::VPC', isOwn ? 1 : 0)
      stack.resourceCountIs('AWS::EC2::NatGateway', 0)
      for (const { Properties } of Object.values(stack.findResources('AWS::EC2::SecurityGroup')))
        expect(Properties.SecurityGroupIngress).toBeUndefined()
    })
    test('lets the container do what train may, on the bucket’s prefixes, and nothing on all resources', () => {
      const policies = Object.entries(stack.findResources('AWS::IAM::Policy'))
      const own = policies.filter(([id]) => id.startsWith('BatchJobRole'))
      expect(own).toHaveLength(1)
      const [[, { Properties }]] = own
      for (const { Action, Resource } of Properties.PolicyDocument.Statement) {
        expect([Action].flat().filter((action) => action.includes('*'))).toEqual([])
        expect(Resource).not.toBe('*')
      }
      stack.hasResourceProperties('AWS::IAM::Role', { RoleName: 'fleet-batch' })
    })
  })
})

test('without Spot there is only what is on demand', () => {
  const stack = template({ batch: 'fargate', batchSpot: 'false' })
  stack.resourceCountIs('AWS::Batch::ComputeEnvironment', 1)
  stack.hasResourceProperties('AWS::Batch::ComputeEnvironment', { ComputeResources: { Type: 'FARGATE' } })
})

test('operators may read its log, which the console finds by its name', () => {
  const stack = template({ batch: 'fargate' })
  const [log, ...others] = Object.keys(stack.findResources('AWS::Logs::LogGroup', {})).filter((name) =>
    /^BatchLog/.test(name),
  )
  expect(others).toEqual([])
  const statements = Match.arrayWith([
    Match.objectLike({
      Action: 'logs:FilterLogEvents',
      Resource: Match.arrayWith([{ 'Fn::GetAtt': [log, 'Arn'] }]),
    }),
  ])
  stack.hasResourceProperties('AWS::IAM::ManagedPolicy', { PolicyDocument: { Statement: statements } })
})

test('without batch there is nothing of it', () => {
  const stack = template({})
  stack.resourceCountIs('AWS::Batch::JobQueue', 0)
  expect(JSON.stringify(stack.toJSON())).not.toMatch(/BATCH_|hand-over|batch:/)
})

test('batch needs the image', () => {
  const settings = { mongoSecretArn: secret, packaging: 'zip', batch: 'fargate' }
  expect(() => readSettings(settings)).toThrow(
    'batch runs the image of train: set packaging=image, or batch=none.',
  )
})
