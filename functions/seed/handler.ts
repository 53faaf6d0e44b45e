/** Invoked once, at deploy: the sample datasets. */
import middy from '@middy/core'
import { seedDatasets } from '../../shared/datasets/seed.ts'
import { logger } from '../../shared/observability/logger.ts'
import { createRuntime } from '../runtime.ts'

const { beginInvocation, bucket, registry } = createRuntime(process.env)

async function handle(): Promise<{ datasets: string[] }> {
  const datasets = await seedDatasets({ bucket, registry: await registry() })
  logger.info('seeded', { datasets })
  return { datasets }
}

export const handler = middy<unknown, { datasets: string[] }>().before(beginInvocation).handler(handle)
