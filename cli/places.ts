import type { Places } from '../shared/registry/registry.ts'
import { withConnection } from './connect.ts'

/** Runs `work` on bucket and registry, as `withConnection` does. */
export function withPlaces(work: (places: Places) => Promise<void>): Promise<void> {
  return withConnection(false, async ({ store, bucket, registry }) => {
    await work({ store, bucket, registry: await registry() })
  })
}
