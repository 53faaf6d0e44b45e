/** tensorfleet --stack NAME console: the pages' API on a deployed worker, its requests signed with the user's own credentials. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { cliScript } from '../support/cli.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

const asked: { action: string; authorization: string; body: string }[] = []
let outputs: Record<string, string> = {}

/** CloudFormation by its query protocol, and CloudWatch Logs: a function's lines, on two pages. */
const aws = createServer(async (request: IncomingMessage, response) => {
  const body = await text(request)
  const target = request.headers['x-amz-target']
  const action = typeof target === 'string' ? target : (new URLSearchParams(body).get('Action') ?? '')
  asked.push({ action, authorization: request.headers.authorization ?? '', body })
  if (action === 'Logs_20140328.FilterLogEvents') {
    const { nextToken, filterPattern, logGroupName } = JSON.parse(body)
    const line = (seconds: number, message: string) => ({
      message: JSON.stringify({ timestamp: `2026-11-28T05:00:0${seconds}Z`, level: 'INFO', message }),
    })
    const events =
      logGroupName === 'train-group' && /"watched"/.test(filterPattern)
        ? [nextToken === undefined ? line(2, 'second') : line(1, 'first')]
        : [{ message: 'no JSON' }]
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    response.end(JSON.stringify({ events, ...(nextToken === undefined && { nextToken: 'more' }) }))
    return
  }
  const inner =
    action === 'DescribeStacks'
      ? `<Stacks><member><StackName>Worker</StackName><CreationTime>2026-11-23T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${Object.entries(
          outputs,
        )
          .map(
            ([key, value]) =>
              `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
          )
          .join('')}</Outputs></member></Stacks>`
      : `<StackResources>${[
          ['AWS::Logs::LogGroup', 'Functionstrainlog1', 'train-group'],
          ['AWS::Logs::LogGroup', 'Functionssweeplog1', 'sweep-group'],
          ['AWS::Logs::LogGroup', 'BatchLog20AA5D6B', 'batch-group'],
          ['AWS::Logs::LogGroup', 'BatchFlowLog5A1D0F2C', 'flow-group'],
          ['AWS::Lambda::Function', 'Train', 'train'],
        ]
          .map(
            ([type, logical, physical]) =>
              `<member><LogicalResourceId>${logical}</LogicalResourceId><PhysicalResourceId>${physical}</PhysicalResourceId><ResourceType>${type}</ResourceType><Timestamp>2026-11-23T00:00:00Z</Timestamp><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`,
          )
          .join('')}</StackResources>`
  response.setHeader('content-type', 'text/xml')
  response.end(`<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`)
})

let worker: TestStack
let endpoint = ''
beforeAll(async () => {
  worker = await testStack()
  await worker.stack.seed()
  aws.listen(0, '127.0.0.1')
  await once(aws, 'listening')
  const address = aws.address()
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const { JOB_QUEUE_URL, ARTIFACT_BUCKET, MONGODB_URL, MONGODB_DB } = worker.stack.environment
  outputs = {
    JobQueueUrl: JOB_QUEUE_URL,
    ArtifactBucketName: ARTIFACT_BUCKET,
    MongoUrl: MONGODB_URL,
    MongoDb: MONGODB_DB,
  }
})
afterAll(async () => {
  aws.close()
  aws.closeAllConnections()
  await worker.close()
})

test('jobs, models, health and log lines are those of the stack', async () => {
  const command = spawn(process.execPath, [cliScript, '--stack', 'Worker', 'console', '--no-open'], {
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: worker.stack.environment.AWS_ENDPOINT_URL,
      AWS_ENDPOINT_URL_CLOUDFORMATION: endpoint,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'ann',
      AWS_SECRET_ACCESS_KEY: 'secret',
      JOB_QUEUE_URL: '',
      MONGODB_URL: '',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(command, 'exit')
  try {
    const [address] = await once(createInterface(command.stdout), 'line')
    const ask = async (path: string, options: RequestInit = {}) => {
      const answer = await fetch(new URL(path, address), options)
      return { status: answer.status, body: z.record(z.string(), z.unknown()).parse(await answer.json()) }
    }
    const job = { job_id: 'watched', algorithm: 'decision_tree', dataset_path: 'iris', model_name: 'there' }
    const headers = { 'content-type': 'application/json' }
    const sent = await ask('/api/v1/jobs', { method: 'POST', headers, body: JSON.stringify(job) })
    expect(sent.status).toBe(202)
    await until(async () => (await ask('/api/v1/models/there')).status === 200, 'the model')
    expect((await ask('/api/v1/jobs/watched')).body).toMatchObject({ status: 'completed' })
    expect((await ask('/api/v1/health')).body).toMatchObject({ status: 'healthy' })
    expect((await ask('/api/v1/registry/verify', { method: 'POST' })).body).toMatchObject({ findings: [] })
    expect((await ask('/api/v1/jobs/watched/logs')).body).toEqual({
      is_available: true,
      lines: ['2026-11-28T05:00:01Z INFO first', '2026-11-28T05:00:02Z INFO second'],
    })
    expect((await ask('/api/v1/jobs/nobody/logs')).body).toEqual({ is_available: true, lines: [] })
    const groups = new Set(asked.flatMap(({ body }) => /"logGroupName":"([^"]*)"/.exec(body)?.[1] ?? []))
    expect([...groups].toSorted()).toEqual(['batch-group', 'train-group'])
    for (const { action, authorization } of asked)
      expect(authorization, action).toMatch(/^AWS4-HMAC-SHA256 Credential=ann\/\d+\/eu-west-1\//)
    command.kill('SIGINT')
    expect(await exit).toEqual([130, null])
  } finally {
    if (command.exitCode === null) command.kill('SIGKILL')
    await exit
  }
}, 60_000)
