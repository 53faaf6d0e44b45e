/**
 * A job that a deployed stack hands over to AWS Batch. MiniStack's CloudFormation has no types of Batch, and its Batch runs no
 * containers: the queue and the definition are made by Batch's own API, and the job is then run here as a container would be.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  ListJobsCommand,
  RegisterJobDefinitionCommand,
} from '@aws-sdk/client-batch'
import { localCredentials } from '../../infra/local/local-deployment.ts'
import { awsClientSettings } from '../../local/aws-client-settings.ts'
import { findHandOver } from '../../shared/job-store/hand-over.ts'
import { type DeployedStack, setTrainVariables } from './deployed-stack.ts'
import { poll, step } from './steps.ts'

export async function checkBatch(deployed: DeployedStack): Promise<void> {
  const { endpoint, bucket, db, send, resultOf, inRegistry } = deployed
  const batch = new BatchClient(awsClientSettings(endpoint, localCredentials))
  try {
    await step('a job for a larger machine is handed over to Batch, and ends there', 120, async (signal) => {
      const { queue, definition } = await createQueue(batch)
      const variables = await setTrainVariables(deployed, {
        BATCH_JOB_QUEUE: queue,
        BATCH_JOB_DEFINITION: definition,
      })
      const job_id = randomUUID()
      const job = { job_id, algorithm: 'decision_tree', dataset_path: 'iris', compute: 'batch' }
      await send(JSON.stringify(job))
      const handedOver = await poll(async () => {
        const found = await findHandOver(bucket, job_id)
        return found?.batch_job_id === undefined ? undefined : found
      }, signal)
      const { jobSummaryList = [] } = await batch.send(new ListJobsCommand({ jobQueue: queue }))
      assert.deepEqual(
        jobSummaryList.map(({ jobId, jobName }) => ({ jobId, jobName })),
        [{ jobId: handedOver.batch_job_id, jobName: job_id }],
      )
      await runContainer(endpoint, job_id, { ...variables, AWS_BATCH_JOB_ID: handedOver.batch_job_id })
      const result = await resultOf(job_id, signal)
      if (result.status === 'failed') throw new Error(result.error)
      const model = await inRegistry('models', { job_id }, signal)
      assert.equal(model._id.toHexString(), result.model_id)
      assert.equal(await db.collection('models').countDocuments({ job_id }), 1)
      await setTrainVariables(deployed, { BATCH_JOB_QUEUE: undefined, BATCH_JOB_DEFINITION: undefined })
    })
  } finally {
    batch.destroy()
  }
}

/** MiniStack's Batch deletes nothing: they end with its process. */
async function createQueue(batch: BatchClient): Promise<{ queue: string; definition: string }> {
  const { computeEnvironmentArn } = await batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: 'machines',
      type: 'MANAGED',
      computeResources: {
        type: 'FARGATE_SPOT',
        maxvCpus: 16,
        subnets: ['subnet-1'],
        securityGroupIds: ['sg-1'],
      },
    }),
  )
  const { jobQueueArn = '' } = await batch.send(
    new CreateJobQueueCommand({
      jobQueueName: 'jobs',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: computeEnvironmentArn }],
    }),
  )
  const { jobDefinitionArn = '' } = await batch.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName: 'job',
      type: 'container',
      containerProperties: { image: 'worker', command: ['work', '--job', 'Ref::job_id'] },
    }),
  )
  return { queue: jobQueueArn, definition: jobDefinitionArn }
}

/** What the image runs, with the variables that the definition and Batch give it. Rejects unless it ends with 0. */
async function runContainer(endpoint: string, jobId: string, variables: NodeJS.ProcessEnv): Promise<void> {
  const env = { ...process.env, ...localCredentials, ...variables, AWS_ENDPOINT_URL: endpoint }
  await promisify(execFile)(process.execPath, ['functions/work/main.ts', '--job', jobId], { env })
}
