import type { ModelStores } from '../shared/registry/registry.ts'
import { withConnection } from './connect.ts'

/** Runs `work` on bucket and registry, as `withConnection` does. */
export function withModelStores(work: (stores: ModelStores) => Promise<void>): Promise<void> {
  return withConnection(false, async ({ bucket, registry }) => {
    await work({ bucket, registry: await registry() })
  })
}
