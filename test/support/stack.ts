/** A whole stack of its own for a test file, in a temporary folder, with what the tests need to talk to it. */

import { randomUUID } from 'node:crypto'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { MongoClient } from 'mongodb'
import { type StackSettings, startStack } from '../../local/stack.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { outcomeId } from '../../shared/jobs/parse-message.ts'
import { type JobResult, jobResult } from '../../shared/jobs/result.ts'
import { connectRegistry, type Registry } from '../../shared/registry/registry.ts'
import { readConfig } from '../../shared/runtime/config.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'

export async function testStack(settings: StackSettings = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  const logs: string[] = []
  const stack = await startStack({
    directory,
    retrySeconds: 1,
    ...settings,
    onLog: (name, line) => logs.push(`${name}: ${line}`),
  })
  const { ARTIFACT_BUCKET, JOB_QUEUE_URL, MONGODB_URL } = stack.environment
  const store = connectObjectStore(stack.aws)
  const bucket = store.bucket(ARTIFACT_BUCKET)
  const sqs = new SQSClient(stack.aws)
  const mongo = await MongoClient.connect(MONGODB_URL)

  async function send(body: string): Promise<void> {
    await sqs.send(new SendMessageCommand({ QueueUrl: JOB_QUEUE_URL, MessageBody: body }))
  }

  async function resultOf(jobId: string, seconds = 60): Promise<JobResult> {
    const until = Date.now() + seconds * 1000
    while (Date.now() < until) {
      const found = await bucket.getJson(jobKeys.result(jobId))
      if (found !== undefined) return jobResult.parse(found)
      await sleep(50)
    }
    throw new Error(`Job ${jobId} has no result after ${seconds} s.\n${logs.slice(-20).join('\n')}`)
  }

  return {
    stack,
    store,
    sqs,
    bucket,
    logs,
    db: mongo.db(stack.environment.MONGODB_DB),
    send,
    resultOf,
    /**
     * Puts an object that S3 then answers with an internal error for, as it may for a time.
     *
     * @returns what deletes it, and with it the error.
     */
    async putUnreadable(key: string): Promise<() => Promise<void>> {
      await bucket.put(key, 'lost')
      const file = join(directory, 's3', 'buckets', ARTIFACT_BUCKET, 'objects', `${key}.data`)
      await rename(file, `${file}-lost`)
      return async () => {
        await rename(`${file}-lost`, file)
        await bucket.delete([key])
      }
    },
    /** Sends a job on a CSV text and waits for its result. */
    async train(
      csv: string | Uint8Array,
      job: Record<string, unknown> = {},
      seconds = 60,
    ): Promise<JobResult> {
      const job_id = randomUUID()
      await bucket.put(`datasets/${job_id}/data.csv`, csv)
      const body = JSON.stringify({
        job_id,
        algorithm: 'logistic_regression',
        dataset_path: `s3://${bucket.name}/datasets/${job_id}/data.csv`,
        ...job,
      })
      await send(body)
      return resultOf(outcomeId(body), seconds)
    },
    async close(): Promise<void> {
      await mongo.close()
      sqs.destroy()
      store.close()
      await stack.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export type TestStack = Awaited<ReturnType<typeof testStack>>

/** Connects to the stack's registry. The caller closes it. */
export async function registryOf({ stack }: Pick<TestStack, 'stack'>): Promise<Registry> {
  const registry = await connectRegistry(readConfig(stack.environment))
  if (registry === undefined) throw new Error('The stack has no registry.')
  return registry
}

/** Resolves when `check` is true. */
export async function until(check: () => Promise<boolean>, what: string, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    if (await check()) return
    await sleep(50)
  }
  throw new Error(`${what} did not come about within ${seconds} s.`)
}
