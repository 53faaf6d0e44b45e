import { listResults } from '../job-store/list-jobs.ts'
import { aliasId, registerAlias, storedAliases } from './aliases.ts'
import { collectionsIn } from './collections.ts'
import { registerModel } from './register-model.ts'
import type { ModelStores } from './registry.ts'

/** Maximum number of jobs registered at the same time. */
const CONCURRENCY = 8

export type Rebuilt = {
  readonly jobs: number
  readonly aliases: number
  /** Jobs that could not be registered, and why. */
  readonly failures: readonly { readonly job_id: string; readonly error: string }[]
}

/**
 * Rebuilds the registry from the bucket: every job and model with its tags, and the aliases. Existing documents are
 * written again; what the bucket does not have (models of another worker, your own datasets) is kept.
 */
export async function rebuildRegistry(stores: ModelStores): Promise<Rebuilt> {
  const results = await Array.fromAsync(listResults(stores.bucket))
  const jobIds = results.values().map(({ jobId }) => jobId)
  let jobs = 0
  const failures: { job_id: string; error: string }[] = []
  async function registerNext(): Promise<void> {
    for (const jobId of jobIds) {
      try {
        await registerModel(stores, jobId)
        jobs++
      } catch (error) {
        failures.push({ job_id: jobId, error: error instanceof Error ? error.message : String(error) })
      }
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, registerNext))
  const aliases = await rebuildAliases(stores)
  return { jobs, aliases, failures }
}

async function rebuildAliases({ bucket, registry }: ModelStores): Promise<number> {
  const ids: string[] = []
  for await (const alias of storedAliases(bucket)) {
    await registerAlias(registry, alias)
    ids.push(aliasId(alias))
  }
  await collectionsIn(registry.db).aliases.deleteMany({ _id: { $nin: ids } })
  return ids.length
}
