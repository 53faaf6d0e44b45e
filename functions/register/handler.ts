/** S3 (a result was committed) → registry. */
import middy from '@middy/core'
import type { S3Event } from 'aws-lambda'
import { readConfig } from '../../shared/config.ts'
import { logger } from '../../shared/logger.ts'
import { onFirstUse } from '../../shared/on-first-use.ts'
import { registerModel } from '../../shared/register-model.ts'
import { connectRegistry } from '../../shared/registry/registry.ts'
import { jobIdOfResult } from '../../shared/storage/keys.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'

const config = readConfig()
const store = connectObjectStore({ endpoint: config.AWS_ENDPOINT_URL })
const registry = onFirstUse(async () => {
  const connected = await connectRegistry(config)
  if (connected === undefined)
    throw new Error('Set MONGODB_URL or MONGODB_SECRET_ARN: there is no registry to write to.')
  return connected
})

async function handle(event: S3Event): Promise<void> {
  for (const { s3 } of event.Records) {
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    const jobId = jobIdOfResult(key)
    if (jobId === undefined) {
      logger.warn('Not a result, nothing to register.', { key })
      continue
    }
    const result = await registerModel(jobId, store, s3.bucket.name, await registry())
    logger.info(result === undefined ? 'no result to register' : 'registered', {
      job_id: jobId,
      status: result?.status,
    })
  }
}

export const handler = middy<S3Event, void>()
  .before(({ context }) => logger.addContext(context))
  .handler(handle)
