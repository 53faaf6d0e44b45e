import { DATASETS_PREFIX } from '../storage/keys.ts'
import type { ApiContext } from './context.ts'

export type StoreHealth = { readonly status: 'healthy' | 'unhealthy'; readonly milliseconds: number }

const TIMEOUT_MS = 5000

/** Asks bucket and registry for something small. */
export async function checkStores(
  context: ApiContext,
): Promise<{ bucket: StoreHealth; registry: StoreHealth }> {
  const [bucket, registry] = await Promise.all([
    check(context, () => context.bucket.exists(DATASETS_PREFIX)),
    check(context, async () => (await context.registry()).db.command({ ping: 1 })),
  ])
  return { bucket, registry }
}

async function check(context: ApiContext, ask: () => Promise<unknown>): Promise<StoreHealth> {
  const began = performance.now()
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('A store does not answer.')), TIMEOUT_MS)
  const status = await Promise.race([ask(), promise]).then(
    () => 'healthy' as const,
    (error: unknown) => {
      context.onError(error)
      return 'unhealthy' as const
    },
  )
  clearTimeout(timer)
  return { status, milliseconds: Math.round(performance.now() - began) }
}
