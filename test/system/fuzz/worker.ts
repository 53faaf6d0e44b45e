/** The train function's own handler in this process, before real servers, for inputs by the thousand. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { z } from 'zod'
import { startAws } from '../../../local/aws.ts'
import { objectCreated } from '../../../local/lambda/s3-event.ts'
import { startMongo } from '../../../local/mongo/server.ts'
import { createResources } from '../../../local/resources.ts'
import { jobKeys } from '../../../shared/job-store/keys.ts'
import { outcomeId } from '../../../shared/jobs/parse-message.ts'
import { type JobResult, jobResult } from '../../../shared/jobs/result.ts'
import { connectObjectStore } from '../../../shared/storage/object-store.ts'

/** No batch may take longer, on a machine with much else to do. */
const LIMIT_MS = 60_000

const batchResponse = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) })

export async function fuzzedWorker() {
  const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  const bucketName = 'fuzz'
  const aws = await startAws(directory)
  const mongo = await startMongo()
  await createResources(aws.clients, bucketName, 'jobs')
  // Read by the AWS SDK and the logger themselves.
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    LOG_LEVEL: 'SILENT',
  })
  const trainFunction = await import('../../../functions/train/handler.ts')
  const registerFunction = await import('../../../functions/register/handler.ts')
  const { createRuntime } = await import('../../../functions/runtime.ts')
  const runtime = createRuntime({
    AWS_ENDPOINT_URL: aws.endpoint,
    MONGODB_URL: mongo.url,
    ARTIFACT_BUCKET: bucketName,
    TENSORFLEET_THREADS: '1',
  })
  const handler = trainFunction.createHandler(runtime)
  const register = registerFunction.createHandler(runtime)
  const store = connectObjectStore(aws.clients)
  const bucket = store.bucket(bucketName)
  // The counts, a line each.
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true)

  return {
    store,
    bucket,
    /** The results of messages that arrive as one batch. Throws when one of them would be retried, or takes too long. */
    async resultsOf(bodies: readonly string[]): Promise<JobResult[]> {
      const deadline = Date.now() + LIMIT_MS
      const context = {
        callbackWaitsForEmptyEventLoop: false,
        functionName: 'train',
        functionVersion: '$LATEST',
        invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:train',
        memoryLimitInMB: '3538',
        awsRequestId: 'fuzz',
        logGroupName: 'fuzz',
        logStreamName: 'fuzz',
        getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
        done: () => undefined,
        fail: () => undefined,
        succeed: () => undefined,
      }
      const handled = Promise.resolve(handler({ Records: bodies.map(record) }, context))
      const timer = Promise.withResolvers<never>()
      const timeout = setTimeout(() => timer.reject(new Error('It takes too long.')), LIMIT_MS)
      const answer = await Promise.race([handled, timer.promise]).finally(() => clearTimeout(timeout))
      const { batchItemFailures } = batchResponse.parse(answer)
      if (batchItemFailures.length > 0) {
        const { itemIdentifier } = batchItemFailures[0]
        const note = await bucket.getJson(jobKeys.failure(outcomeId(bodies[Number(itemIdentifier)])))
        throw new Error(`Message ${itemIdentifier} would be retried: ${JSON.stringify(note)}`)
      }
      const ids = bodies.map(outcomeId)
      await register(
        { Records: ids.flatMap((id) => objectCreated(bucketName, jobKeys.result(id)).Records) },
        context,
      )
      return Promise.all(
        bodies.map(async (body) => jobResult.parse(await bucket.getJson(jobKeys.result(outcomeId(body))))),
      )
    },
    async close(): Promise<void> {
      vi.restoreAllMocks()
      await runtime.useRegistry((registry) => registry.close())
      runtime.store.close()
      store.close()
      await aws.close()
      await mongo.close()
      await rm(directory, { recursive: true })
    },
  }
}

export type FuzzedWorker = Awaited<ReturnType<typeof fuzzedWorker>>

function record(body: string, index: number) {
  return {
    messageId: String(index),
    receiptHandle: 'x',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'x',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:jobs',
    awsRegion: 'us-east-1',
  }
}

/** FUZZ_RUNS times as many inputs as the tests make by default, and FUZZ_SEED, to see a failure again. */
export const runs = (usual: number) => Math.ceil(usual * Number(process.env.FUZZ_RUNS || 1))
export const seed = Number(process.env.FUZZ_SEED || Date.now() % 2 ** 31)
