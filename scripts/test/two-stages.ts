/** Two stages side by side in one account: what each has of its own, what rings, and what is left when they are gone. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { ListObjectVersionsCommand, PutBucketTaggingCommand } from '@aws-sdk/client-s3'
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { z } from 'zod'
import { localCredentials } from '../../infra/local/local-deployment.ts'
import { awsClientSettings } from '../../local/aws-client-settings.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { completedResult } from '../../shared/jobs/result.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { allowsRequest } from '../../test/support/evaluate-policy.ts'
import type { DeployedStack } from './deployed-stack.ts'
import { step } from './steps.ts'

const root = join(import.meta.dirname, '..', '..')

/** What account.py says about the account at an endpoint. */
async function askAccount(endpoint: string, ...args: string[]): Promise<unknown> {
  const python = join(root, '.venv-aws', 'bin', 'python')
  const script = join(root, 'scripts', 'test', 'servers', 'account.py')
  const env = { ...process.env, ...localCredentials, AWS_ENDPOINT_URL: endpoint }
  const { stdout } = await promisify(execFile)(python, [script, ...args], { env })
  return JSON.parse(stdout)
}

export type Inventory = Readonly<Record<string, readonly string[]>>

/** The names of all that an account holds, by kind. */
export const inventoryOf = async (endpoint: string): Promise<Inventory> =>
  z.record(z.string(), z.array(z.string())).parse(await askAccount(endpoint, 'inventory'))

/** A job in each stage at the same time; neither stage has anything of the other's. */
export async function checkStages(stages: readonly DeployedStack[]): Promise<void> {
  await step('jobs in both stages at once stay in the stage that they were sent to', 60, async (signal) => {
    const ids = stages.map(({ bucket }) => `only-in-${bucket.name}`)
    await Promise.all(
      stages.map(async ({ send, resultOf, inRegistry }, i) => {
        await send(JSON.stringify({ job_id: ids[i], algorithm: 'decision_tree', dataset_path: 'iris' }))
        assert.equal((await resultOf(ids[i], signal)).status, 'completed')
        await inRegistry('models', { job_id: ids[i] }, signal)
      }),
    )
    for (const [i, { bucket, db }] of stages.entries()) {
      const others = ids.filter((_, j) => j !== i)
      for (const job_id of others) {
        assert.equal(await bucket.exists(jobKeys.record(job_id)), false)
        assert.equal(await db.collection('jobs').countDocuments({ job_id }), 0)
        assert.equal(await db.collection('models').countDocuments({ job_id }), 0)
      }
    }
  })
}

/** CloudWatch may publish to the topic of each stage's alarms: as its policy is deployed, evaluated as AWS would. */
export async function checkAlarms(endpoint: string, { topics }: Inventory): Promise<void> {
  await step('the policies of the alarms’ topics let CloudWatch publish', 30, async () => {
    assert.equal(topics.length, 2)
    for (const resource of topics) {
      const policy = await askAccount(endpoint, 'topic-policy', resource)
      const publishes = (account: string) =>
        allowsRequest(policy, {
          principal: ['Service', 'cloudwatch.amazonaws.com'],
          action: 'sns:Publish',
          resource,
          context: { 'aws:SourceAccount': account, 'aws:SecureTransport': 'true' },
        })
      assert.ok(publishes('000000000000'))
      assert.ok(!publishes('999999999999'))
    }
  })
}

const PAUSES = 20
const CALL_SECONDS = 3

/**
 * The same job in both stages: in one in a single call, in the other in as many calls as it takes when each may take three
 * seconds. It ends in the same bytes.
 */
export async function checkContinuations(whole: DeployedStack, inCalls: DeployedStack): Promise<void> {
  const train = async (stack: DeployedStack, job_id: string, epochs: number, signal: AbortSignal) => {
    const job = { job_id, algorithm: 'dnn', dataset_path: 'wine', hyperparameters: { epochs } }
    await stack.send(JSON.stringify(job))
    const { metrics, model_id } = completedResult.parse(await stack.resultOf(job_id, signal))
    return {
      seconds: metrics.training_time ?? 1,
      model: await stack.bucket.get(modelKey(model_id, 'model.json')),
    }
  }
  await step(
    `a job of ${PAUSES} continuations ends in the same bytes as one without`,
    600,
    async (signal) => {
      await shortenCalls(inCalls)
      await train(whole, 'warm', 500, signal)
      const { seconds } = await train(whole, 'speed', 1000, signal)
      const epochs = Math.ceil((1000 * CALL_SECONDS * PAUSES) / seconds)
      const [first, second] = await Promise.all([
        train(whole, 'long', epochs, signal),
        train(inCalls, 'long', epochs, signal),
      ])
      assert.ok(first.model !== undefined)
      assert.deepEqual(first.model, second.model)
      assert.ok((await pausesOf(inCalls, 'long')) >= PAUSES)
      assert.equal(await pausesOf(whole, 'long'), 0)
    },
  )
}

/** Each pause has left a version of the job's checkpoint. */
async function pausesOf({ s3, bucket }: DeployedStack, jobId: string): Promise<number> {
  const Prefix = jobKeys.checkpoint(jobId)
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket.name, Prefix }))
  return Versions.length
}

/** A call that is killed, on a machine that is too slow for it, soon comes back. */
async function shortenCalls({ endpoint, outputs, sqs }: DeployedStack): Promise<void> {
  const client = new LambdaClient(awsClientSettings(endpoint, localCredentials))
  try {
    const { TrainFunctionName: FunctionName, JobQueueUrl: QueueUrl } = outputs
    const Attributes = { VisibilityTimeout: String(2 * CALL_SECONDS) }
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }))
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: CALL_SECONDS }))
  } finally {
    client.destroy()
  }
}

/**
 * Gives a stack's bucket the tag that CloudFormation would have given it: MiniStack leaves out the tags of a bucket, and
 * CDK's function empties only buckets that have this one.
 */
export async function tagForEmptying({ s3, bucket }: DeployedStack): Promise<void> {
  const TagSet = [{ Key: 'aws-cdk:auto-delete-objects', Value: 'true' }]
  await s3.send(new PutBucketTaggingCommand({ Bucket: bucket.name, Tagging: { TagSet } }))
}

/** Of what the stacks made, the account holds nothing any more. The secret with the registry's address is not theirs. */
export function checkNothingLeft(before: Inventory, after: Inventory): void {
  const left = Object.entries(after).flatMap(([kind, names]) =>
    kind === 'secrets'
      ? []
      : names.filter((name) => !before[kind].includes(name)).map((name) => `${kind}: ${name}`),
  )
  assert.deepEqual(left, [])
}
