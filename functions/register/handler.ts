/** S3 (a result was committed) → registry, and the model's report. */
import middy from '@middy/core'
import type { S3Event } from 'aws-lambda'
import { logger } from '../../shared/logger.ts'
import { registerModel } from '../../shared/register-model.ts'
import { jobIdOfResult, modelKey } from '../../shared/storage/keys.ts'
import { registry, store } from '../connections.ts'

async function handle(event: S3Event): Promise<void> {
  for (const { s3 } of event.Records) {
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    const jobId = jobIdOfResult(key)
    if (jobId === undefined) {
      logger.warn('Not a result, nothing to register.', { key })
      continue
    }
    const result = await registerModel(jobId, store, s3.bucket.name, await registry())
    if (result?.status === 'completed') await storeReport(result.model_id, s3.bucket.name)
    logger.info(result === undefined ? 'no result to register' : 'registered', {
      job_id: jobId,
      status: result?.status,
    })
  }
}

/** Here and not in train, as drawing takes longer than many a fit: nobody should wait for it to have a result. */
async function storeReport(modelId: string, bucket: string): Promise<void> {
  const key = modelKey(modelId, 'report.html')
  if (await store.exists(bucket, key)) return
  const { drawStoredReport } = await import('../../shared/artifact/report/stored-report.ts')
  const page = await drawStoredReport(modelId, store, bucket)
  await store.put(bucket, key, page, 'text/html; charset=utf-8')
}

export const handler = middy<S3Event, void>()
  .before(({ context }) => logger.addContext(context))
  .handler(handle)
