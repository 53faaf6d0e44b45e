import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readSettings } from '../../infra/read-settings.ts'

const mongoSecretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mongo-AbCdEf'
const withMongo = (context: Record<string, unknown>) => readSettings({ mongoSecretArn, ...context })

test('a setting that cannot be used is named', () => {
  expect(() => withMongo({ memory: 'lots' })).toThrow(/^The setting memory cannot be used/)
  expect(() => withMongo({ packaging: 'tar' })).toThrow(/^The setting packaging cannot be used/)
  expect(() => withMongo({ datasetBuckets: 'lake,s3://more' })).toThrow(/datasetBuckets\.1 cannot be used/)
})

test('a setting that does not exist is refused, with the name that may be meant', () => {
  expect(() => withMongo({ concurency: '3' })).toThrow(
    'There is no setting concurency (did you mean "concurrency"?). docs/settings.md lists them.',
  )
  expect(() => withMongo({ colour: 'red' })).toThrow(/^There is no setting colour\. /)
})

test('CDK’s own context is not taken for settings', () => {
  const context = { '@aws-cdk/core:checkSecretUsage': true, 'aws:cdk:bundling-stacks': ['**'], stack: 'Mine' }
  expect(withMongo(context).stack).toBe('Mine')
})

test('-c gives numbers, lists, switches and tags as text', () => {
  const settings = withMongo({
    memory: '2048',
    datasetBuckets: 'lake, more',
    terminationProtection: 'true',
    tags: 'team=ml, cost-center=a=b',
  })
  expect(settings).toMatchObject({
    memory: 2048,
    datasetBuckets: ['lake', 'more'],
    terminationProtection: true,
    tags: { team: 'ml', 'cost-center': 'a=b' },
  })
})

describe('combinations that cannot be', () => {
  const vpc = {
    vpcId: 'vpc-0a',
    availabilityZones: 'eu-west-1a,eu-west-1b',
    privateSubnetIds: 'subnet-0a,subnet-0b',
  }
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['no registry', { mongoSecretArn: undefined }, /set mongoSecretArn, or mongoUrl/],
    ['two registries', { mongoUrl: 'mongodb://host' }, /Both mongoSecretArn and mongoUrl are set/],
    ['a VPC without subnets', { vpcId: 'vpc-0a' }, /vpcId needs availabilityZones and privateSubnetIds/],
    ['subnets without a VPC', { privateSubnetIds: 'subnet-0a' }, /no effect without vpcId/],
    ['a security group without a VPC', { securityGroupId: 'sg-0a' }, /no effect without vpcId/],
    ['subnets in some zones', { ...vpc, privateSubnetIds: 'subnet-0a' }, /as many subnets in each/],
    ['protected and given away', { removal: 'destroy', terminationProtection: 'true' }, /remove one of them/],
  ])('%s', (_, context, sentence) => {
    expect(() => withMongo(context)).toThrow(sentence)
  })
  test('a VPC with all of it is fine', () => {
    expect(withMongo(vpc).vpcId).toBe('vpc-0a')
  })
})

test('an address with a password is refused: it would be in environments and outputs', () => {
  const refused = () => readSettings({ mongoUrl: 'mongodb+srv://user:secret@host/' })
  expect(refused).toThrow(/put one with a password into a secret and set mongoSecretArn/)
  expect(refused).not.toThrow(/secret@/)
  const iam = 'mongodb+srv://host/?authMechanism=MONGODB-AWS&authSource=$external'
  expect(readSettings({ mongoUrl: iam }).mongoUrl).toBe(iam)
})

test('a secret’s ARN without its last six characters is refused', () => {
  const partial = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mongo'
  expect(() => readSettings({ mongoSecretArn: partial })).toThrow(/the whole ARN of a secret/)
})

describe('the settings file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tensorfleet-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, content: unknown) => {
    const path = join(folder, name)
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }
  const two = file('two.json', {
    stages: {
      prod: { mongoSecretArn, memory: 3008, datasetBuckets: ['lake'], tags: { team: 'ml' } },
      test: { mongoSecretArn, removal: 'destroy' },
    },
  })

  test('has settings by stage; -c has priority', () => {
    expect(readSettings({ config: two, stage: 'prod', memory: '1024' })).toMatchObject({
      stage: 'prod',
      stack: 'TensorFleet-prod',
      memory: 1024,
      datasetBuckets: ['lake'],
      tags: { team: 'ml' },
    })
  })
  test('a stage that is retained is protected, one that is given away is not', () => {
    expect(readSettings({ config: two, stage: 'prod' }).terminationProtection).toBe(true)
    expect(readSettings({ config: two, stage: 'test' }).terminationProtection).toBe(false)
  })
  test('the only stage need not be named', () => {
    const one = file('one.json', { stages: { prod: { mongoSecretArn } } })
    expect(readSettings({ config: one }).stack).toBe('TensorFleet-prod')
  })
  test.each<[string, unknown, Record<string, string>, RegExp]>([
    ['several stages and none named', undefined, {}, /several stages: choose one with -c stage=prod/],
    ['an unknown stage', undefined, { stage: 'prd' }, /has no stage prd \(did you mean "prod"\?\)/],
    [
      'an unknown setting',
      { stages: { a: { memmory: 1 } } },
      {},
      /stage a: there is no setting memmory \(did you mean "memory"\?\)/,
    ],
    [
      'a wrong type',
      { stages: { a: { mongoSecretArn, memory: '3008' } } },
      {},
      /setting memory cannot be used/,
    ],
    ['no JSON', '{', {}, /cannot be read/],
    ['another shape', { prod: {} }, {}, /cannot be used/],
  ])('%s is refused', (name, content, context, sentence) => {
    const config = content === undefined ? two : file(`${name.replaceAll(' ', '-')}.json`, content)
    expect(() => readSettings({ config, ...context })).toThrow(sentence)
  })
  test('a stage without a file is refused', () => {
    expect(() => withMongo({ stage: 'prod' })).toThrow(/no tensorfleet\.config\.json that has the stage prod/)
  })
})
