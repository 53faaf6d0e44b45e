/** --stack against a CloudFormation that speaks the query protocol, and a stack's servers behind its outputs. */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCliHere } from '../support/cli.ts'
import { type TestStack, testStack } from '../support/stack.ts'

const stacks = new Map<string, Record<string, string>>()

const cloudFormation = createServer(async (request, response) => {
  const query = new URLSearchParams(await text(request))
  const name = query.get('StackName') ?? ''
  const outputs = stacks.get(name)
  response.setHeader('content-type', 'text/xml')
  if (query.get('Action') !== 'DescribeStacks' || outputs === undefined) {
    const message = `Stack with id ${name} does not exist`
    response
      .writeHead(400)
      .end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`,
      )
    return
  }
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  )
  response.end(
    `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><CreationTime>2026-11-23T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  )
})

let worker: TestStack
let endpoint: string
beforeAll(async () => {
  worker = await testStack()
  await worker.stack.seed()
  await new Promise<void>((resolve) => cloudFormation.listen(0, '127.0.0.1', resolve))
  const address = cloudFormation.address()
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const { JOB_QUEUE_URL, ARTIFACT_BUCKET, MONGODB_URL, MONGODB_DB } = worker.stack.environment
  stacks.set('Worker', {
    JobQueueUrl: JOB_QUEUE_URL,
    ArtifactBucketName: ARTIFACT_BUCKET,
    MongoUrl: MONGODB_URL,
    MongoDb: MONGODB_DB,
  })
  stacks.set('Other', { WebsiteUrl: 'http://example.com' })
})
afterAll(async () => {
  cloudFormation.close()
  await worker.close()
})

const environment = (changes: Record<string, string>) => ({
  AWS_ENDPOINT_URL: worker.stack.environment.AWS_ENDPOINT_URL,
  AWS_ENDPOINT_URL_CLOUDFORMATION: endpoint,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  JOB_QUEUE_URL: '',
  ARTIFACT_BUCKET: '',
  MONGODB_URL: '',
  ...changes,
})
const run = (args: string[], changes: Record<string, string> = {}) => runCliHere(args, environment(changes))

test('the queue, the bucket and the registry are found by the name of the stack', async () => {
  const trained = await run(['--stack', 'Worker', 'train', 'iris', '-a', 'decision_tree', '--json'])
  const { job_id, model_id } = JSON.parse(trained.out)
  await worker.stack.register(job_id)
  const models = await run(['models', '--stack', 'Worker', '--json'])
  expect(JSON.parse(models.out)).toContainEqual(expect.objectContaining({ _id: model_id }))
})
test('a MONGODB_URL of the environment goes before the stack’s', async () => {
  const { code, err } = await run(['--stack', 'Worker', 'models'], { MONGODB_URL: 'postgres://elsewhere' })
  expect(code).toBe(1)
  expect(err).toMatch(/Invalid scheme/)
})
test.each<[string, string[], Record<string, string>, number, RegExp]>([
  [
    'that does not exist',
    ['--stack', 'Nothing', 'jobs'],
    {},
    1,
    /There is no stack Nothing in eu-west-1: check the name, AWS_REGION and AWS_PROFILE\./,
  ],
  [
    'that is no worker',
    ['--stack', 'Other', 'jobs'],
    {},
    1,
    /The stack Other is not a TensorFleet worker.*lacks the outputs JobQueueUrl and ArtifactBucketName \(it has WebsiteUrl\)/,
  ],
  [
    'that cannot be asked for',
    ['--stack', 'Worker', 'jobs'],
    { AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' },
    1,
    /The stack Worker in eu-west-1 could not be looked up/,
  ],
  [
    'in an unknown region',
    ['--stack', 'Worker', 'jobs'],
    { AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_CONFIG_FILE: '/dev/null' },
    1,
    /set AWS_REGION or AWS_PROFILE/,
  ],
  ['for a worker of this machine', ['--stack', 'Worker', 'local'], {}, 2, /leave --stack out/],
])('a stack %s is one clear sentence', async (_, args, env, exit, sentence) => {
  const { code, out, err } = await run(args, env)
  expect({ code, out }).toEqual({ code: exit, out: '' })
  expect(err).toMatch(sentence)
})
test('--help has an example', async () => {
  expect((await run(['--help'])).out).toMatch(/\$ tensorfleet --stack TensorFleet train/)
})
