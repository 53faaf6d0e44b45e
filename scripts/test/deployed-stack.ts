/** What a deployed stack does in a local AWS, step by step: jobs, dead letters, storage, events. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import {
  CreateApiDestinationCommand,
  CreateConnectionCommand,
  DeleteApiDestinationCommand,
  DeleteConnectionCommand,
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { ListObjectVersionsCommand, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { type Db, type Document, GridFSBucket } from 'mongodb'
import { localCredentials, type Outputs } from '../../infra/local/local-deployment.ts'
import { awsClientSettings } from '../../local/aws-client-settings.ts'
import { EVENT_SOURCE, workerEvent } from '../../shared/events/event.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { type JobResult, jobResult } from '../../shared/jobs/result.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'
import type { Webhook } from './servers/webhook.ts'
import { poll, step } from './steps.ts'

export type DeployedStack = ReturnType<typeof connectToStack>

/** Clients of a deployed stack, and what the checks ask it for. */
export function connectToStack(endpoint: string, db: Db, outputs: Outputs) {
  const clients = awsClientSettings(endpoint, localCredentials)
  const sqs = new SQSClient(clients)
  const s3 = new S3Client({ ...clients, forcePathStyle: true })
  const store = connectObjectStore(clients)
  const bucket = store.bucket(outputs.ArtifactBucketName)
  return {
    endpoint,
    outputs,
    sqs,
    s3,
    bucket,
    db,
    send: (body: string) =>
      sqs.send(new SendMessageCommand({ QueueUrl: outputs.JobQueueUrl, MessageBody: body })),
    resultOf: (jobId: string, signal: AbortSignal): Promise<JobResult> =>
      poll(async () => {
        const found = await bucket.getJson(jobKeys.result(jobId))
        return found === undefined ? undefined : jobResult.parse(found)
      }, signal),
    inRegistry: (collection: string, filter: Document, signal: AbortSignal): Promise<Document> =>
      poll(async () => (await db.collection(collection).findOne(filter)) ?? undefined, signal),
    close() {
      sqs.destroy()
      s3.destroy()
      store.close()
    },
  }
}

const forest = (job_id: string) =>
  JSON.stringify({ job_id, algorithm: 'random_forest', dataset_path: 'iris' })

export async function checkJobs({ db, bucket, send, resultOf, inRegistry }: DeployedStack): Promise<void> {
  await step('the deploy seeded the sample datasets', 60, async (signal) => {
    const names = () => db.collection('datasets').distinct('name')
    await poll(async () => ((await names()).length >= 3 ? true : undefined), signal)
    assert.deepEqual((await names()).sort(), ['diabetes', 'iris', 'wine'])
  })

  await step('a message becomes a model in the bucket and in the registry', 60, async (signal) => {
    const id = randomUUID()
    await send(forest(id))
    const result = await resultOf(id, signal)
    if (result.status === 'failed') throw new Error(result.error)
    assert.ok(('accuracy' in result.metrics ? (result.metrics.accuracy ?? 0) : 0) > 0.9)
    const model = await inRegistry('models', { job_id: id }, signal)
    assert.equal(model._id.toHexString(), result.model_id)
    const onnx = await bucket.get(`models/${result.model_id}/model.onnx`)
    const copy = Buffer.concat(await new GridFSBucket(db).openDownloadStream(model.file_id).toArray())
    assert.ok(onnx !== undefined && copy.equals(onnx), 'GridFS has the same file as the bucket')
    const job = await inRegistry('jobs', { job_id: id }, signal)
    assert.equal(job.status, 'completed')
  })

  await step('a job that cannot succeed is a failed result', 30, async (signal) => {
    const id = randomUUID()
    await send(JSON.stringify({ job_id: id, algorithm: 'svm', dataset_path: 's3://nowhere/at/all.csv' }))
    const result = await resultOf(id, signal)
    assert.match(result.status === 'failed' ? result.error : '', /^The dataset was not found/)
    await inRegistry('jobs', { job_id: id, status: 'failed' }, signal)
  })
}

export async function checkDeadLetters(deployed: DeployedStack): Promise<void> {
  const { sqs, bucket, send, resultOf, inRegistry, outputs } = deployed
  const { DeadLetterQueueUrl, JobQueueUrl } = outputs
  const poison = randomUUID()
  await step(
    'a message that always fails is in the dead-letter queue after ten receives',
    60,
    async (signal) => {
      // Nobody listens there: a storage service that is away.
      await setStorageService(deployed, 'http://127.0.0.1:9')
      await send(forest(poison))
      await poll(async () => ((await depth(sqs, DeadLetterQueueUrl)) === 1 ? true : undefined), signal)
      assert.equal(await bucket.exists(jobKeys.result(poison)), false)
    },
  )

  await step('redriven when its cause is gone, it trains', 60, async (signal) => {
    await setStorageService(deployed, undefined)
    await redrive(sqs, DeadLetterQueueUrl, JobQueueUrl, signal)
    assert.equal((await resultOf(poison, signal)).status, 'completed')
    await inRegistry('models', { job_id: poison }, signal)
  })
}

const setStorageService = (deployed: DeployedStack, url: string | undefined) =>
  setTrainVariables(deployed, { STORAGE_SERVICE_URL: url })

/** Sets variables of the function train, and removes those that are undefined. @returns all that it has then. */
export async function setTrainVariables(
  { endpoint, outputs }: DeployedStack,
  changed: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string>> {
  const client = new LambdaClient(awsClientSettings(endpoint, localCredentials))
  try {
    const { TrainFunctionName: FunctionName } = outputs
    const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }))
    const wanted = Object.entries({ ...Environment?.Variables, ...changed })
    const Variables = Object.fromEntries(
      wanted.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    )
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }))
    return Variables
  } finally {
    client.destroy()
  }
}

export async function checkExactlyOnce(deployed: DeployedStack): Promise<void> {
  const { sqs, s3, bucket, db, send, inRegistry, outputs } = deployed
  await step('of writes that race under If-None-Match one wins', 30, async () => {
    for (let round = 0; round < 10; round++) {
      const Key = `jobs/race-${round}/result.test`
      const writers = ['a', 'b', 'c', 'd'].map(async (Body) => {
        await s3.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body, IfNoneMatch: '*' }))
        return Body
      })
      const outcomes = await Promise.allSettled(writers)
      const winners = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      const stored = Buffer.from((await bucket.get(Key)) ?? '').toString()
      assert.deepEqual(winners, [stored])
      for (const each of outcomes) {
        if (each.status === 'fulfilled') continue
        assert.ok(each.reason instanceof S3ServiceException)
        assert.equal(each.reason.$metadata.httpStatusCode, 412)
      }
    }
  })

  await step('a job that is delivered three times at once is committed once', 60, async (signal) => {
    const id = randomUUID()
    await Promise.all([send(forest(id)), send(forest(id)), send(forest(id))])
    await inRegistry('models', { job_id: id }, signal)
    await poll(async () => ((await depth(sqs, outputs.JobQueueUrl)) === 0 ? true : undefined), signal)
    const { Versions = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket.name, Prefix: jobKeys.result(id) }),
    )
    assert.equal(Versions.length, 1)
    assert.equal(await db.collection('models').countDocuments({ job_id: id }), 1)
    assert.equal(await db.collection('fs.files').countDocuments({ 'metadata.job_id': id }), 1)
  })
}

/**
 * The function's URL, by the path under which MiniStack serves it: the host name of the output is AWS' own. MiniStack's
 * functions cannot stream, and it hands on what they return as it is, the status in it.
 */
export async function checkApi({ endpoint, outputs }: DeployedStack): Promise<void> {
  const [id] = new URL(outputs.ApiUrl ?? '').host.split('.')
  const url = `${endpoint}/_aws/lambda-url/${id}`
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION } = localCredentials
  const signed = ['--aws-sigv4', `aws:amz:${AWS_REGION}:lambda`]
  const user = ['--user', `${AWS_ACCESS_KEY_ID}:${AWS_SECRET_ACCESS_KEY}`]
  const curl = async (path: string, ...options: string[]) => {
    const { stdout } = await promisify(execFile)('curl', [
      '-s',
      '-w',
      ' %{http_code}',
      url + path,
      ...options,
    ])
    return stdout
  }
  assert.match(await curl('/api/v1/health'), / 403$/, 'an unsigned request')
  assert.match(await curl('/api/v1/health', ...signed, ...user), /"statusCode": ?200/)
  const body = JSON.stringify({ job_id: randomUUID(), algorithm: 'decision_tree', dataset_path: 'iris' })
  const post = ['-H', 'content-type: application/json', '-d', body]
  assert.match(await curl('/api/v1/jobs', ...signed, ...user, ...post), /"statusCode": ?202/)
}

/**
 * A rule on the account's bus, as a client would write it, with a queue and a webhook as its targets. (The stack's own
 * webhook cannot be deployed here: the CloudFormation of MiniStack does not know its two types.)
 */
export async function eventsReachARule(
  { endpoint, outputs }: DeployedStack,
  { url, received }: Webhook,
  signal: AbortSignal,
): Promise<void> {
  const clients = awsClientSettings(endpoint, localCredentials)
  const sqs = new SQSClient(clients)
  const bus = new EventBridgeClient(clients)
  const key = randomUUID()
  try {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'listener' }))
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    )
    const webhook = await createWebhookTarget(bus, url, key)
    const resources = [`arn:aws:s3:::${outputs.ArtifactBucketName}`]
    const EventPattern = JSON.stringify({ source: [EVENT_SOURCE], resources })
    await bus.send(new PutRuleCommand({ ...listener, EventPattern }))
    const targets = [{ Id: 'queue', Arn: Attributes?.QueueArn }, webhook]
    await bus.send(new PutTargetsCommand({ Rule: listener.Name, Targets: targets }))

    const job_id = randomUUID()
    const MessageBody = JSON.stringify({ job_id, algorithm: 'decision_tree', dataset_path: 'iris' })
    await sqs.send(new SendMessageCommand({ QueueUrl: outputs.JobQueueUrl, MessageBody }))
    const inQueue: string[] = []
    await poll(async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }))
      for (const { Body = '', ReceiptHandle } of Messages) {
        inQueue.push(Body)
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      }
      const posted = received.map(({ body }) => body)
      return hasEvents(inQueue, job_id) && hasEvents(posted, job_id) ? true : undefined
    }, signal)
    for (const { headers } of received) assert.equal(headers['x-api-key'], key)
    await bus.send(new RemoveTargetsCommand({ Rule: listener.Name, Ids: ['queue', 'webhook'] }))
    await bus.send(new DeleteRuleCommand(listener))
    await bus.send(new DeleteApiDestinationCommand(listener))
    await bus.send(new DeleteConnectionCommand(listener))
    await sqs.send(new DeleteQueueCommand({ QueueUrl }))
  } finally {
    sqs.destroy()
    bus.destroy()
  }
}

const listener = { Name: 'listener' }

/** A target that posts to `url`, with `key` as the header X-Api-Key. */
async function createWebhookTarget(bus: EventBridgeClient, url: string, key: string) {
  const { ConnectionArn } = await bus.send(
    new CreateConnectionCommand({
      ...listener,
      AuthorizationType: 'API_KEY',
      AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'X-Api-Key', ApiKeyValue: key } },
    }),
  )
  const { ApiDestinationArn } = await bus.send(
    new CreateApiDestinationCommand({
      ...listener,
      ConnectionArn,
      InvocationEndpoint: url,
      HttpMethod: 'POST',
    }),
  )
  return { Id: 'webhook', Arn: ApiDestinationArn, RoleArn: 'arn:aws:iam::000000000000:role/listener' }
}

/** Whether the events of a job that completed and was registered are among these. */
function hasEvents(bodies: readonly string[], jobId: string): boolean {
  const kinds = bodies.flatMap((body) => {
    const event = workerEvent.parse(JSON.parse(body))
    return 'job_id' in event.detail && event.detail.job_id === jobId ? [event['detail-type']] : []
  })
  return kinds.includes('model.registered') && kinds.includes('job.completed')
}

/** The messages of a queue, those that are being worked on too. */
async function depth(sqs: SQSClient, QueueUrl: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  )
  return (
    Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible)
  )
}

/** What StartMessageMoveTask does in AWS, which MiniStack does not know. */
async function redrive(sqs: SQSClient, from: string, to: string, signal: AbortSignal): Promise<void> {
  const message = await poll(async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: from }))
    return Messages[0]
  }, signal)
  await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody: message.Body }))
  await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle: message.ReceiptHandle }))
}
