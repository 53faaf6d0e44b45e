/** S3 (a result was committed) → registry and the model's report; and on a schedule, the results of which no event arrived or succeeded. */
import middy from '@middy/core'
import type { S3Event, ScheduledEvent } from 'aws-lambda'
import { seedLateRegistry } from '../../shared/datasets/seed.ts'
import { jobIdOfResult } from '../../shared/job-store/result-key.ts'
import { modelId } from '../../shared/jobs/ids.ts'
import { storeReport } from '../../shared/models/store-report.ts'
import { logger } from '../../shared/observability/logger.ts'
import { isRetryable } from '../../shared/registry/is-retryable.ts'
import { registerModel } from '../../shared/registry/register-model.ts'
import { type Sweep, sweepResults } from '../../shared/registry/sweep.ts'
import { retrying } from '../../shared/runtime/retry.ts'
import { createRuntime, type Runtime } from '../runtime.ts'

type Event = S3Event | Pick<ScheduledEvent, 'detail-type'>

async function handle(event: Event, runtime: Runtime): Promise<Sweep | undefined> {
  if (!('Records' in event)) return sweep(runtime)
  const { store, useRegistry, timeLeftMs } = runtime
  for (const { s3 } of event.Records) {
    const from = store.bucket(s3.bucket.name)
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    const jobId = jobIdOfResult(key)
    if (jobId === undefined) {
      logger.warn('Not a result, nothing to register.', { key })
      continue
    }
    const log = logger.createChild({ persistentKeys: { job_id: jobId, model_id: modelId(jobId) } })
    try {
      const result = await retrying(
        () => useRegistry((registry) => registerModel({ bucket: from, registry }, jobId)),
        { isRetryable, timeLeftMs },
      )
      if (result?.status === 'completed') await storeReport(from, result.model_id)
      log.info(result === undefined ? 'no result to register' : 'registered', { status: result?.status })
    } catch (error) {
      log.error('The result could not be registered.', { error })
      throw error
    }
  }
}

async function sweep({ bucket, useRegistry, timeLeftMs }: Runtime): Promise<Sweep> {
  const datasets = await useRegistry((registry) => seedLateRegistry({ bucket, registry }))
  if (datasets.length > 0) logger.info('seeded', { datasets })
  const swept = await useRegistry((registry) =>
    sweepResults({ bucket, registry }, { timeLeftMs, log: logger }),
  )
  logger.info('swept', swept)
  if (swept.failed.length > 0) {
    throw new Error(`${swept.failed.length} results cannot be registered: ${swept.failed.join(', ')}.`)
  }
  return swept
}

export const createHandler = (runtime: Runtime) =>
  middy<Event, Sweep | undefined>()
    .before(runtime.beginInvocation)
    .handler((event) => handle(event, runtime))

export const handler = createHandler(createRuntime(process.env))
