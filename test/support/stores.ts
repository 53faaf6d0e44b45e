/** Bucket and registry on embedded servers, without functions: the tests train and register by the library's calls. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAws } from '../../local/aws.ts'
import { startMongo } from '../../local/mongo/server.ts'
import { createResources } from '../../local/resources.ts'
import { jobKeys } from '../../shared/job-store/keys.ts'
import { fingerprint } from '../../shared/jobs/ids.ts'
import { parseMessage } from '../../shared/jobs/parse-message.ts'
import type { CompletedResult } from '../../shared/jobs/result.ts'
import { logger } from '../../shared/observability/logger.ts'
import { connectRegistry } from '../../shared/registry/registry.ts'
import { readConfig } from '../../shared/runtime/config.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'
import { trainJob } from '../../shared/training/train-job.ts'
import { jobContext } from './job-context.ts'
import { parityCsv } from './parity-set.ts'

/** Embedded S3, SQS and MongoDB in a folder of their own, and the environment that names them. */
async function startServers() {
  const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  process.env.AWS_REGION ||= 'us-east-1'
  process.env.AWS_ACCESS_KEY_ID ||= 'local'
  process.env.AWS_SECRET_ACCESS_KEY ||= 'local'
  const aws = await startAws(directory)
  const mongo = await startMongo({ directory: join(directory, 'mongo') })
  const bucketName = 'tensorfleet'
  const { jobQueueUrl, deadLetterQueueUrl } = await createResources(aws.clients, bucketName, 'jobs')
  const environment: Record<string, string> = {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: process.env.AWS_REGION,
    AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY,
    MONGODB_URL: mongo.url,
    MONGODB_DB: 'tensorfleet',
    ARTIFACT_BUCKET: bucketName,
    JOB_QUEUE_URL: jobQueueUrl,
    DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
  }
  async function close(): Promise<void> {
    await mongo.close()
    await aws.close()
    await rm(directory, { recursive: true, force: true })
  }
  return { directory, environment, aws, bucketName, close }
}

export async function testPlaces() {
  const { directory, environment, aws, bucketName, close } = await startServers()
  const store = connectObjectStore(aws.clients)
  const bucket = store.bucket(bucketName)
  const registry = await connectRegistry(readConfig(environment))
  if (registry === undefined) throw new Error('The test has no registry.')
  await bucket.put('datasets/digits.csv', await readFile(parityCsv('digits')))
  let acceptedAt = Date.parse('2026-01-02T03:04:05Z')

  return {
    directory,
    store,
    bucket,
    registry,
    environment,

    /** Trains a version of a model (10 s after the one before) into the bucket. Nothing is registered. */
    async train(model_name: string, job: Record<string, unknown> = {}): Promise<CompletedResult> {
      const body = JSON.stringify({
        job_id: randomUUID(),
        algorithm: 'decision_tree',
        dataset_path: 'digits',
        target_column: 'target',
        model_name,
        ...job,
      })
      const { message } = parseMessage(body)
      acceptedAt += 10_000
      const accepted = {
        message,
        fingerprint: fingerprint(message),
        spelling: 'kept',
        accepted_at: new Date(acceptedAt).toISOString(),
      }
      await bucket.put(jobKeys.record(message.job_id), JSON.stringify(accepted))
      const result = await trainJob(
        body,
        jobContext({ store, bucket }, { remainingMs: () => 600_000, log: logger }),
      )
      if (result === 'continued' || result.status === 'failed') throw new Error(JSON.stringify(result))
      return result
    },

    /** All of the registry, in the order of its ids. */
    async everything(): Promise<Record<string, unknown[]>> {
      const collections = await registry.db.listCollections().toArray()
      const entries = collections.map(async ({ name }): Promise<[string, unknown[]]> => {
        const documents = await registry.db.collection(name).find({}).toArray()
        return [name, documents.toSorted((a, b) => (String(a._id) < String(b._id) ? -1 : 1))]
      })
      return Object.fromEntries(await Promise.all(entries))
    },

    /** Empties bucket (but for the datasets) and registry. */
    async clear(): Promise<void> {
      for (const prefix of ['jobs/', 'models/', 'aliases/']) {
        await bucket.delete(await Array.fromAsync(bucket.list(prefix), ({ key }) => key))
      }
      await registry.db.dropDatabase()
    },

    async close(): Promise<void> {
      await registry.close()
      store.close()
      await close()
    },
  }
}

export type TestPlaces = Awaited<ReturnType<typeof testPlaces>>
