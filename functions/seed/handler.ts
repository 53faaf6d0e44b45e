/** Invoked once, at deploy: the sample datasets. */
import middy from '@middy/core'
import { seedDatasets } from '../../shared/datasets/seed.ts'
import { logger } from '../../shared/observability/logger.ts'
import { createRuntime } from '../runtime.ts'

const { beginInvocation, bucket, useRegistry } = createRuntime(process.env)

async function handle(): Promise<{ datasets: string[] }> {
  const datasets = await useRegistry((registry) => seedDatasets({ bucket, registry }))
  logger.info('seeded', { datasets })
  return { datasets }
}

export const handler = middy<unknown, { datasets: string[] }>().before(beginInvocation).handler(handle)
