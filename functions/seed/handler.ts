/** Invoked once, after a deploy: the sample datasets. */
import middy from '@middy/core'
import { seedBucket, seedRegistry } from '../../shared/datasets/seed.ts'
import { logger } from '../../shared/observability/logger.ts'
import { createRuntime } from '../runtime.ts'

const { beginInvocation, bucket, useRegistry } = createRuntime(process.env)

/** The bucket first, so that it has them also while MongoDB is out of reach; then Lambda tries again, and at last the sweep. */
async function handle(): Promise<{ datasets: string[] }> {
  const seeded = await seedBucket(bucket)
  const datasets = await useRegistry((registry) => seedRegistry(registry, seeded))
  logger.info('seeded', { datasets })
  return { datasets }
}

export const handler = middy<unknown, { datasets: string[] }>().before(beginInvocation).handler(handle)
