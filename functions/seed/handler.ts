/** Invoked once, at deploy: the sample datasets. */
import middy from '@middy/core'
import { seedDatasets } from '../../shared/datasets/seed.ts'
import { logger } from '../../shared/observability/logger.ts'
import { beginInvocation, config, registry, store } from '../runtime.ts'

async function handle(): Promise<{ datasets: string[] }> {
  const datasets = await seedDatasets(store, config.ARTIFACT_BUCKET, await registry())
  logger.info('seeded', { datasets })
  return { datasets }
}

export const handler = middy<unknown, { datasets: string[] }>().before(beginInvocation).handler(handle)
