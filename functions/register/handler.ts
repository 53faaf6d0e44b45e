/** S3 (a result was committed) → registry. */
import middy from '@middy/core'
import type { S3Event } from 'aws-lambda'
import { logger } from '../../shared/logger.ts'
import { registerModel } from '../../shared/register-model.ts'
import { registryMayPass } from '../../shared/registry/may-pass.ts'
import { retrying } from '../../shared/retry.ts'
import { jobIdOfResult } from '../../shared/storage/keys.ts'
import { beginInvocation, registry, store, timeLeftMs } from '../connections.ts'

async function handle(event: S3Event): Promise<void> {
  for (const { s3 } of event.Records) {
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    const jobId = jobIdOfResult(key)
    if (jobId === undefined) {
      logger.warn('Not a result, nothing to register.', { key })
      continue
    }
    const result = await retrying(async () => registerModel(jobId, store, s3.bucket.name, await registry()), {
      mayPass: registryMayPass,
      timeLeftMs,
    })
    logger.info(result === undefined ? 'no result to register' : 'registered', {
      job_id: jobId,
      status: result?.status,
    })
  }
}

export const handler = middy<S3Event, void>().before(beginInvocation).handler(handle)
