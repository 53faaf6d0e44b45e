/** S3 (a result was committed) → registry. */
import middy from '@middy/core'
import type { S3Event } from 'aws-lambda'
import { modelId } from '../../shared/job.ts'
import { logger } from '../../shared/logger.ts'
import { registerModel } from '../../shared/register-model.ts'
import { jobIdOfResult } from '../../shared/storage/keys.ts'
import { registry, store } from '../connections.ts'

async function handle(event: S3Event): Promise<void> {
  for (const { s3 } of event.Records) {
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    const jobId = jobIdOfResult(key)
    if (jobId === undefined) {
      logger.warn('Not a result, nothing to register.', { key })
      continue
    }
    const log = logger.createChild({ persistentKeys: { job_id: jobId, model_id: modelId(jobId) } })
    try {
      const result = await registerModel(jobId, store, s3.bucket.name, await registry())
      log.info(result === undefined ? 'no result to register' : 'registered', { status: result?.status })
    } catch (error) {
      log.error('The result could not be registered.', { error })
      throw error
    }
  }
}

export const handler = middy<S3Event, void>()
  .before(({ context }) => logger.addContext(context))
  .handler(handle)
