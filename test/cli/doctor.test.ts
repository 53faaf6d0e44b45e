/** `doctor`: this machine, an account before a deploy, a deployed worker. AWS is a server that answers as its services do. */
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { runCliHere } from '../support/cli.ts'
import { type TestStack, testStack } from '../support/stack.ts'

/** What the services answer, by action: a status and a body. */
type Answers = Record<string, [status: number, body: string, headers?: Record<string, string>]>
const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:tensorfleet/mongo-AbCdEf'

let worker: TestStack
let environment: Record<string, string>
let answers: Answers = {}
const server = createServer(async (request, response) => {
  const action = await actionOf(request)
  const [status, body, headers = {}] = answers[action] ?? [500, `{"message":"No answer for ${action}."}`]
  response.writeHead(status, {
    'content-type': body.startsWith('<') ? 'text/xml' : 'application/json',
    ...headers,
  })
  response.end(body)
})

/** The name of the action, of each of AWS' protocols. */
async function actionOf(request: IncomingMessage): Promise<string> {
  const target = request.headers['x-amz-target']
  if (typeof target === 'string') return target.split('.').at(-1) ?? ''
  const body = await text(request)
  const query = new URLSearchParams(body).get('Action')
  if (query !== null) return query
  const path = new URL(request.url ?? '', 'http://aws').pathname
  return `${request.method} ${path.split('/').at(-1)}`
}

const xml = (action: string, result: string) =>
  `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`
const stackXml = (status: string) =>
  xml(
    'DescribeStacks',
    `<Stacks><member><StackName>Worker</StackName><CreationTime>2026-11-23T00:00:00Z</CreationTime><StackStatus>${status}</StackStatus><Outputs>${Object.entries(
      {
        JobQueueUrl: environment.QUEUE,
        DeadLetterQueueUrl: environment.DEAD,
        ArtifactBucketName: environment.BUCKET,
        MongoUrl: environment.MONGO,
      },
    )
      .map(
        ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
      )
      .join('')}</Outputs></member></Stacks>`,
  )
const noStack =
  '<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id Worker does not exist</Message></Error></ErrorResponse>'

beforeAll(async () => {
  worker = await testStack({ runJobs: false })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const aws = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const { AWS_ENDPOINT_URL, JOB_QUEUE_URL, DEAD_LETTER_QUEUE_URL, ARTIFACT_BUCKET, MONGODB_URL } =
    worker.stack.environment
  environment = {
    QUEUE: JOB_QUEUE_URL,
    DEAD: DEAD_LETTER_QUEUE_URL,
    BUCKET: ARTIFACT_BUCKET,
    MONGO: MONGODB_URL,
    AWS_ENDPOINT_URL: aws,
    AWS_ENDPOINT_URL_S3: AWS_ENDPOINT_URL,
    AWS_ENDPOINT_URL_SQS: AWS_ENDPOINT_URL,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    JOB_QUEUE_URL: '',
    ARTIFACT_BUCKET: '',
    MONGODB_URL: '',
  }
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await worker.close()
})
beforeEach(() => {
  answers = {
    GetCallerIdentity: [
      200,
      xml(
        'GetCallerIdentity',
        '<Arn>arn:aws:iam::123456789012:user/ann</Arn><Account>123456789012</Account>',
      ),
    ],
    GetParameter: [200, '{"Parameter":{"Name":"/cdk-bootstrap/hnb659fds/version","Value":"28"}}'],
    'GET account-settings': [200, '{"AccountLimit":{"ConcurrentExecutions":1000}}'],
    GetSecretValue: [200, JSON.stringify({ ARN: SECRET, SecretString: environment.MONGO })],
    DescribeStacks: [400, noStack],
  }
})

const rows = z.array(z.object({ check: z.string(), state: z.string(), sentence: z.string() }))
type Row = z.infer<typeof rows>[number]
async function doctor(args: string[], changes: Record<string, string> = {}) {
  const { code, out, err } = await runCliHere(['doctor', '--json', ...args], { ...environment, ...changes })
  return { code, err, findings: out === '' ? [] : rows.parse(JSON.parse(out)) }
}
const deploy = (...settings: string[]) =>
  doctor([
    '--deploy',
    ...[`mongoSecretArn=${SECRET}`, 'packaging=zip', ...settings].flatMap((each) => ['-c', each]),
  ])
const problems = (rows: Row[]) => rows.filter(({ state }) => state !== 'ok')

test('this machine', async () => {
  const { code, findings } = await doctor([])
  expect(code).toBe(0)
  expect(findings.map(({ check }) => check)).toEqual([
    'Node',
    'data folder',
    'memory',
    'environment',
    'local stack',
  ])
})

test('an account that can take the stack', async () => {
  const { code, findings } = await deploy()
  expect(problems(findings)).toEqual([])
  expect(code).toBe(0)
  expect(findings.map(({ sentence }) => sentence)).toContain('The stack TensorFleet will be new.')
})

test.each<[string, Answers, string[], RegExp]>([
  [
    'credentials that AWS does not take',
    {
      GetCallerIdentity: [
        403,
        '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>It is expired</Message></Error></ErrorResponse>',
      ],
    },
    [],
    /does not take the credentials.*aws sso login/,
  ],
  [
    'no bootstrap',
    { GetParameter: [400, '{"__type":"ParameterNotFound"}'] },
    [],
    /run `npx cdk bootstrap` once/,
  ],
  [
    'an old bootstrap',
    { GetParameter: [200, '{"Parameter":{"Value":"4"}}'] },
    [],
    /version 4, and 6 is needed/,
  ],
  [
    'a new account',
    { 'GET account-settings': [200, '{"AccountLimit":{"ConcurrentExecutions":10}}'] },
    ['concurrency=20'],
    /allows 10 concurrent.*concurrency is 20: set it to at most 7/,
  ],
  [
    'the memory of a new account',
    { 'GET account-settings': [200, '{"AccountLimit":{"ConcurrentExecutions":10}}'] },
    ['memory=4096'],
    /3008 MB at most, and the setting memory is 4096/,
  ],
  [
    'no secret',
    { GetSecretValue: [400, '{"__type":"ResourceNotFoundException"}'] },
    [],
    /There is no secret arn:.*step 1/,
  ],
  [
    'a secret that is JSON',
    { GetSecretValue: [200, '{"SecretString":"{}"}'] },
    [],
    /not a connection string/,
  ],
  [
    'a secret that may not be read',
    {
      GetSecretValue: [
        403,
        '{"__type":"AccessDeniedException","message":"User: ann is not authorized to perform: secretsmanager:GetSecretValue on it"}',
      ],
    },
    [],
    /Your permission secretsmanager:GetSecretValue is missing.*policy Reader/,
  ],
  [
    'a MongoDB out of reach',
    { GetSecretValue: [200, '{"SecretString":"mongodb://127.0.0.1:1/"}'] },
    [],
    /cannot be reached from here.*ECONNREFUSED/,
  ],
  ['a bucket that is not there', {}, ['bucketName=no-such-bucket'], /There is no bucket no-such-bucket/],
])('before a deploy: %s', async (_, changed, settings, expected) => {
  Object.assign(answers, changed)
  const { findings } = await deploy(...settings)
  const found = problems(findings)
  expect(found).toHaveLength(1)
  expect(found[0].sentence).toMatch(expected)
})

test('before a deploy: a stack whose first deploy failed', async () => {
  answers.DescribeStacks = [200, stackXml('ROLLBACK_COMPLETE')]
  const { code, findings } = await deploy('stack=Worker')
  expect(code).toBe(1)
  expect(problems(findings)).toMatchObject([{ check: 'stack', sentence: expect.stringMatching(/delete it/) }])
})

test('before a deploy: a secret of another region', async () => {
  const { findings } = await doctor(['--deploy', '-c', `mongoSecretArn=${SECRET}`, '-c', 'packaging=zip'], {
    AWS_REGION: 'us-east-1',
  })
  expect(problems(findings)[0].sentence).toMatch(
    /secret .* is in eu-west-1, and the deploy goes to us-east-1/,
  )
})

test.each([
  [['--deploy', '-c', 'memroy=1024'], 1, /no setting memroy.*memory/],
  [['-c', 'memory=1024'], 2, /no effect without --deploy/],
  [['--deploy', '--stack', 'Worker'], 2, /choose one/],
])('%j is refused', async (args, exitCode, sentence) => {
  const { code, err } = await doctor(args)
  expect(code).toBe(exitCode)
  expect(err).toMatch(sentence)
})

const functions = xml(
  'DescribeStackResources',
  `<StackResources>${['Train', 'Seed']
    .map(
      (name) =>
        `<member><LogicalResourceId>Functions${name}1A2B</LogicalResourceId><PhysicalResourceId>Worker-${name}</PhysicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><Timestamp>2026-11-23T00:00:00Z</Timestamp></member>`,
    )
    .join('')}</StackResources>`,
)
const deployed = (): Answers => ({
  DescribeStacks: [200, stackXml('UPDATE_COMPLETE')],
  DescribeStackResources: [200, functions],
  'GET configuration': [200, '{"State":"Active","LastUpdateStatus":"Successful","MemorySize":3008}'],
  'POST invocations': [200, '{"datasets":[]}'],
})

test('a worker that is well', async () => {
  Object.assign(answers, deployed())
  const { code, findings } = await doctor(['--stack', 'Worker'])
  expect(problems(findings)).toEqual([])
  expect(code).toBe(0)
  expect(findings.map(({ sentence }) => sentence)).toContain('Worker-Train is active (3008 MB).')
})

test.each<[string, Answers, RegExp]>([
  [
    'a function that failed',
    { 'GET configuration': [200, '{"State":"Failed","StateReason":"The image is gone"}'] },
    /Worker-Train is Failed: The image is gone/,
  ],
  [
    'functions that do not reach MongoDB',
    {
      'POST invocations': [
        200,
        '{"errorType":"MongoServerSelectionError","errorMessage":"connection timed out"}',
        { 'x-amz-function-error': 'Unhandled' },
      ],
    },
    /do not reach MongoDB \(connection timed out\).*access list/,
  ],
])('a worker with %s', async (_, changed, expected) => {
  Object.assign(answers, deployed(), changed)
  const { code, findings } = await doctor(['--stack', 'Worker'])
  expect(code).toBe(1)
  expect(problems(findings)[0].sentence).toMatch(expected)
})
