/**
 * Least privilege, both ways: the calls that the functions make when they do all that they can do are held against the
 * policies in the template. A call that is not allowed would fail in AWS; a permission that nobody uses is one too many.
 *
 * @module-tag long
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { exitCodes } from '../../functions/work/exit-codes.ts'
import { readSettings } from '../../infra/read-settings.ts'
import { TrainingStack } from '../../infra/training-stack.ts'
import { type FunctionHost, startFunction } from '../../local/lambda/function-host.ts'
import { objectCreated } from '../../local/lambda/s3-event.ts'
import { acceptJob } from '../../shared/job-store/accept.ts'
import { cancelJob } from '../../shared/job-store/cancel.ts'
import { confirmHandOver } from '../../shared/job-store/hand-over.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { modelId } from '../../shared/jobs/ids.ts'
import { readMessage } from '../../shared/jobs/parse-message.ts'
import { trialBody } from '../../shared/jobs/trial-message.ts'
import { aliasKey, modelKey } from '../../shared/storage/keys.ts'
import { ensureBundles } from '../support/bundles.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'
import { startWorker } from '../support/worker-process.ts'
import { type RecordedCall, startRecordingProxy } from './recording-proxy.ts'

const secretArn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mongo-AbCdEf'

const functionNames = ['train', 'register', 'sweep', 'seed'] as const
type FunctionName = (typeof functionNames)[number]
/** The functions, and the container in AWS Batch. */
const roleNames = [...functionNames, 'batch'] as const

/** What no call of the code shows, and why it is allowed all the same. */
const unseen: Readonly<Record<string, string>> = {
  'xray:PutTraceSegments': 'the X-Ray daemon sends what it is given over UDP',
  'xray:PutTelemetryRecords': 'the X-Ray daemon',
  'sqs:ReceiveMessage': 'the event source reads the queue as the function',
  'sqs:GetQueueUrl': 'the event source',
  'sqs:DeleteMessage': 'the event source',
  'sqs:GetQueueAttributes': 'the event source',
  'sqs:SendMessage unregistered': 'Lambda sends what register has failed at, as the function',
  's3:AbortMultipartUpload': 'an upload in parts that breaks off is cleared away',
  's3:ListBucket lake': 'S3 answers 404, and not 403, only to who may list',
  's3:DeleteObject bucket/jobs/*/failure.json': 'a dead-lettered job that ends while that is recorded',
  's3:DeleteObject bucket/jobs/*/status.json': 'a job that an earlier version began',
  's3:ListBucket bucket': 'S3 answers 404, and not 403, only to who may list',
  's3:GetObject bucket/searches/*': 'a search of which nothing was heard for a quarter of an hour',
  's3:PutObject bucket/searches/*': 'the same',
  's3:GetObject bucket/status/*': 'the same',
  's3:DeleteObject bucket/models/*/report.html': 'a model that is deleted while its report is drawn',
}

/** The same of the container alone: those are of a search that was planned before its job was handed over. */
const unseenInBatch = ['jobs/*/plan.json', 'jobs/*/closing.json', 'jobs/*/trials/*', 'searches/*'].map(
  (key) => `s3:DeleteObject bucket/${key}`,
)

let directory: string
let worker: TestStack
const recorded: Record<string, RecordedCall[]> = {}

beforeAll(async () => {
  await ensureBundles()
  directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  worker = await testStack({ runJobs: false })
  await seed()
  await train()
  await container()
  await register()
  await forget()
  await sweep()
}, 300_000)
afterAll(async () => {
  await worker.close()
  await rm(directory, { recursive: true })
})

/** Keeps what is asked of the stores while `work` runs with the environment that it gets. */
async function recording<T>(
  name: (typeof roleNames)[number],
  work: (environment: Record<string, string>) => Promise<T>,
): Promise<T> {
  const { environment } = worker.stack
  const proxy = await startRecordingProxy(environment.AWS_ENDPOINT_URL, environment.MONGODB_URL)
  const { MONGODB_URL: _, EVENT_QUEUE_URL: __, ...others } = environment
  try {
    return await work({
      ...others,
      PATH: process.env.PATH ?? '',
      AWS_ENDPOINT_URL: proxy.endpoint,
      MONGODB_SECRET_ARN: secretArn,
    })
  } finally {
    await proxy.close()
    recorded[name] = [...(recorded[name] ?? []), ...proxy.calls]
  }
}

const recordingFunction = <T>(
  name: FunctionName,
  timeoutSeconds: number,
  work: (host: FunctionHost) => Promise<T>,
): Promise<T> =>
  recording(name, async (environment) => {
    const host = startFunction({
      name,
      handler: `functions/${name === 'sweep' ? 'register' : name}/handler.handler`,
      root: process.cwd(),
      environment: {
        ...environment,
        EVENT_BUS_NAME: 'default',
        ...(name === 'train' ? { BATCH_JOB_QUEUE: 'job queue', BATCH_JOB_DEFINITION: 'job definition' } : {}),
      },
      timeoutSeconds,
      memoryMb: 3008,
      concurrency: 1,
      onLine: () => undefined,
    })
    try {
      return await work(host)
    } finally {
      await host.close()
    }
  })

/** The registry lacks what the bucket has: a result, and the sample datasets. */
async function forget(): Promise<void> {
  const client = await MongoClient.connect(worker.stack.environment.MONGODB_URL)
  await client.db(worker.stack.environment.MONGODB_DB).dropDatabase()
  await client.close()
}

const seed = () => recordingFunction('seed', 60, (host) => host.invoke({}))

async function train(): Promise<void> {
  const { bucket } = worker
  const received = (body: string) => ({
    messageId: body,
    eventSource: 'aws:sqs',
    body,
    attributes: { ApproximateReceiveCount: '1' },
  })
  const record = (job: Record<string, unknown>) =>
    received(JSON.stringify({ algorithm: 'decision_tree', dataset_path: 'iris', ...job }))
  const csv = await bucket.get('datasets/iris.csv')
  await bucket.put(jobKeys.cancel('cancelled'), '')
  await worker.putUnreadable(jobKeys.record('retried'))
  await bucket.put(modelKey(modelId('failed'), 'model.onnx'), 'left by an attempt')
  await recordingFunction('train', 60, async (host) => {
    const jobs = [
      { job_id: 'own' },
      { job_id: 'own', algorithm: 'svm' },
      { job_id: 'lake', dataset_path: 's3://lake/iris.csv' },
      { job_id: 'failed', target_column: 'nowhere' },
      { job_id: 'registry', dataset_path: 'nowhere-at-all' },
      { job_id: 'cancelled' },
      { job_id: 'retried' },
    ]
    expect(csv?.length).toBeGreaterThan(1000)
    for (const job of jobs) await host.invoke({ Records: [record(job)] })
    const handedOver = record({ job_id: 'handed-over', compute: 'batch' })
    await host.invoke({ Records: [handedOver] })
    await cancelJob(bucket, 'handed-over', { canRun: false })
    await host.invoke({ Records: [handedOver] })
    const searched = record({
      job_id: 'searched',
      search: { parameters: { max_depth: [1, 2] }, max_parallel: 2 },
    })
    const trials = [0, 1].map((trial) => received(trialBody('searched', trial)))
    for (const each of [searched, ...trials, searched]) await host.invoke({ Records: [each] })
    expect(await bucket.exists(jobKeys.result('searched'))).toBe(true)
  })
  await recordingFunction('train', 8, async (host) => {
    const long = record({ job_id: 'long', algorithm: 'dnn', hyperparameters: { epochs: 40_000 } })
    for (let call = 0; call < 20; call++) {
      await host.invoke({ Records: [long] })
      if (await bucket.exists(jobKeys.result('long'))) return
      if (call === 1) await bucket.put(jobKeys.cancel('long'), '')
    }
    throw new Error('The long job did not end.')
  })
}

/** What Batch runs: jobs that end in each way, one of them stopped and continued. */
async function container(): Promise<void> {
  const { bucket } = worker
  const run = (jobId: string) =>
    recording('batch', (environment) => startWorker(['--job', jobId], environment).ended)
  async function handOver(job_id: string, fields: object = {}): Promise<void> {
    const body = JSON.stringify({ job_id, algorithm: 'decision_tree', dataset_path: 'iris', ...fields })
    await acceptJob(bucket, job_id, readMessage(body))
    const size = { vcpus: 4, memory_mb: 8192, handed_over_at: '', batch_job_id: 'batch-1' }
    await confirmHandOver(bucket, { job_id, body, ...size })
  }
  await handOver('batch-own')
  await handOver('batch-lake', { dataset_path: 's3://lake/iris.csv' })
  await handOver('batch-failed', { target_column: 'nowhere' })
  await bucket.put(modelKey(modelId('batch-failed'), 'model.onnx'), 'left by an attempt')
  await handOver('batch-registry', { dataset_path: 'nowhere-at-all' })
  await handOver('batch-cancelled')
  await bucket.put(jobKeys.cancel('batch-cancelled'), '')
  await handOver('batch-retried')
  const mend = await worker.putUnreadable(jobKeys.checkpoint('batch-retried'))
  for (const id of ['own', 'lake', 'failed', 'registry', 'cancelled', 'retried']) await run(`batch-${id}`)
  await mend()
  await run('batch-retried')
  await handOver('batch-long', { algorithm: 'dnn', hyperparameters: { epochs: 10_000 } })
  await recording('batch', async (environment) => {
    const first = startWorker(['--job', 'batch-long'], environment)
    await until(() => bucket.exists(jobKeys.status('batch-long')), 'the fit')
    first.stop()
    expect(await first.ended).toMatchObject({ code: exitCodes.interrupted })
  })
  expect(await run('batch-long')).toMatchObject({ code: exitCodes.done })
}

const register = () =>
  recordingFunction('register', 60, async (host) => {
    const body = JSON.stringify({ job_id: 'given-up', algorithm: 'svm', dataset_path: 'iris' })
    const handedOver = { vcpus: 4, memory_mb: 8192, handed_over_at: '', batch_job_id: 'batch-1' }
    await confirmHandOver(worker.bucket, { job_id: 'given-up', body, ...handedOver })
    const detail = { jobId: 'batch-1', status: 'FAILED', parameters: { job_id: 'given-up' } }
    const outgrown = {
      ...detail,
      container: { reason: 'OutOfMemoryError: Container killed due to memory usage' },
    }
    await host.invoke({ 'detail-type': 'Batch Job State Change', detail: outgrown })
    await host.invoke({ 'detail-type': 'Batch Job State Change', detail })
    await host.invoke(objectCreated(worker.bucket.name, jobKeys.result('own')))
    const alias = { name: 'own', alias: 'champion', version: 'v1', model_id: modelId('own') }
    await worker.bucket.put(aliasKey('own', 'champion'), JSON.stringify(alias))
    await host.invoke(objectCreated(worker.bucket.name, aliasKey('own', 'champion')))
  })

/** register's code, under a role of its own. */
const sweep = () =>
  recordingFunction('sweep', 60, async (host) => {
    const QueueUrl = worker.stack.environment.DEAD_LETTER_QUEUE_URL
    const plan = { body: '{}', group: 'g', trials: [{}], width: 1, planned_at: '' }
    await worker.bucket.put(jobKeys.plan('searching'), JSON.stringify(plan))
    await worker.bucket.put(jobKeys.openSearch('ended'), '')
    for (const MessageBody of ['{"job_id":"dead"}', trialBody('searching', 0)])
      await worker.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))
    await host.invoke({ 'detail-type': 'Scheduled Event' })
  })

type Permission = { readonly action: string; readonly resource: string }

const policies = z.record(
  z.string(),
  z.object({
    Properties: z.object({
      PolicyDocument: z.object({
        Statement: z.array(
          z.object({
            Effect: z.literal('Allow'),
            Action: z.union([z.string(), z.array(z.string())]),
            Resource: z.unknown(),
          }),
        ),
      }),
    }),
  }),
)

/** What the role of a function allows, in the words of the recorded calls. */
function permissionsOf(name: string): Permission[] {
  const settings = readSettings({ batch: 'fargate', datasetBuckets: 'lake', mongoSecretArn: secretArn })
  const template = Template.fromStack(new TrainingStack(new App(), 'Test', settings))
  const own = Object.entries(policies.parse(template.findResources('AWS::IAM::Policy'))).filter(([id]) =>
    id.toLowerCase().startsWith(name === 'batch' ? 'batchjobrole' : `functions${name}`),
  )
  expect(own).toHaveLength(1)
  return own[0][1].Properties.PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
    [Action]
      .flat()
      .flatMap((action) =>
        [Resource].flat().map((resource) => ({ action, resource: resourceName(resource) })),
      ),
  )
}

/** `bucket/models/*` for what CloudFormation puts together. */
function resourceName(resource: unknown): string {
  return JSON.stringify(resource)
    .replaceAll(/\{"Fn::GetAtt":\["ArtifactsBucket\w*","Arn"\]\}/g, '"bucket"')
    .replaceAll(/\{"Fn::GetAtt":\["JobsQueue\w*","Arn"\]\}/g, '"queue"')
    .replaceAll(/\{"Fn::GetAtt":\["JobsDeadLetters\w*","Arn"\]\}/g, '"dead letters"')
    .replaceAll(/\{"Fn::GetAtt":\["\w*Unregistered\w*","Arn"\]\}/g, '"unregistered"')
    .replaceAll(/\{"Fn::GetAtt":\["BatchQueue\w*","JobQueueArn"\]\}/g, '"job queue"')
    .replaceAll(/\{"Ref":"BatchJob\w*"\}/g, '"job definition"')
    .replaceAll(/\{"Ref":"AWS::Partition"\}/g, '"aws"')
    .replaceAll(
      /\{"Fn::Join":\["",\[(.*)\]\]\}/g,
      (_, parts: string) => `"${JSON.parse(`[${parts}]`).join('')}"`,
    )
    .replaceAll('"', '')
    .replace(/^arn:aws:events:.*:event-bus\/default$/, 'default')
    .replace('arn:aws:s3:::', '')
}

const allows = (permission: Permission, call: Permission) =>
  permission.action === call.action &&
  new RegExp(`^${permission.resource.split('*').map(RegExp.escape).join('.*')}$`).test(call.resource)

function callsOf(name: string): Permission[] {
  const nameOf = (url: string) => url.split('/').at(-1) ?? ''
  const { JOB_QUEUE_URL, DEAD_LETTER_QUEUE_URL } = worker.stack.environment
  const queues = new Map([
    [nameOf(JOB_QUEUE_URL), 'queue'],
    [nameOf(DEAD_LETTER_QUEUE_URL), 'dead letters'],
  ])
  return recorded[name].map(({ action, resource }) => ({
    action,
    resource:
      queues.get(resource) ??
      resource.replace(new RegExp(`^${RegExp.escape(worker.bucket.name)}(?=/|$)`), 'bucket'),
  }))
}

test.each(roleNames)('%s calls nothing that its role does not allow', (name) => {
  const permissions = permissionsOf(name)
  const calls = callsOf(name)
  expect(calls.length).toBeGreaterThan(1)
  const refused = calls.filter((call) => !permissions.some((permission) => allows(permission, call)))
  expect([...new Set(refused.map(({ action, resource }) => `${action} ${resource}`))]).toEqual([])
})

test.each(roleNames)('the role of %s allows nothing that it never calls', (name) => {
  const calls = callsOf(name)
  const unused = permissionsOf(name)
    .filter((permission) => !calls.some((call) => allows(permission, call)))
    .filter(({ action, resource }) => !(action in unseen || `${action} ${resource}` in unseen))
    .map(({ action, resource }) => `${action} ${resource}`)
  expect(unused.filter((each) => name !== 'batch' || !unseenInBatch.includes(each))).toEqual([])
})
