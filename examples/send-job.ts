/**
 * Sends a job with the AWS SDK and waits for its result.
 *
 *     npx tensorfleet local          # in one terminal: the worker; it prints `export` lines
 *     node examples/send-job.ts      # in another one, after these export lines. Needs Node 24
 *
 * In AWS, JOB_QUEUE_URL and ARTIFACT_BUCKET are outputs of the stack, and AWS_ENDPOINT_URL is not set.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type JobMessage, type JobResult, jobResult } from 'tensorfleet'

const sqs = new SQSClient()
const s3 = new S3Client({ forcePathStyle: true })

const job: JobMessage = {
  job_id: randomUUID(),
  algorithm: 'random_forest',
  dataset_path: 'iris',
  target_column: 'target',
  hyperparameters: { n_estimators: 50, max_depth: 4 },
}
await sqs.send(
  new SendMessageCommand({ QueueUrl: process.env.JOB_QUEUE_URL, MessageBody: JSON.stringify(job) }),
)

const result = await waitForResult(job.job_id)
if (result.status === 'completed') {
  const { metrics } = result
  const score = 'r2' in metrics ? `r2 ${metrics.r2?.toFixed(3)}` : `accuracy ${metrics.accuracy?.toFixed(3)}`
  console.log(`${result.model_name} ${result.version}: ${score}`)
} else {
  console.error(`${result.error_code}: ${result.error}`)
  process.exitCode = 1
}

async function waitForResult(jobId: string): Promise<JobResult> {
  const key = { Bucket: process.env.ARTIFACT_BUCKET, Key: `jobs/${jobId}/result.json` }
  for (;;) {
    try {
      const { Body } = await s3.send(new GetObjectCommand(key))
      return jobResult.parse(JSON.parse((await Body?.transformToString()) ?? ''))
    } catch (error) {
      if (!(error instanceof NoSuchKey)) throw error
      await setTimeout(500)
    }
  }
}
