import type { Command } from 'commander'
import type { ModelStores } from '../shared/registry/registry.ts'
import { withConnection } from './connect.ts'

/** Like `withConnection`, with bucket and registry. */
export function withModelStores(
  command: Command,
  work: (stores: ModelStores) => Promise<void>,
): Promise<void> {
  return withConnection(command, false, async ({ bucket, registry }) => {
    await work({ bucket, registry: await registry() })
  })
}
