import { listResults } from '../job-store/list-jobs.ts'
import { aliasesOf, aliasId, registerAlias, storedAliases } from './aliases.ts'
import { registerModel } from './register-model.ts'
import type { ModelStores } from './registry.ts'

/** Jobs that are registered at one time. */
const CONCURRENCY = 8

export type Rebuilt = {
  readonly jobs: number
  readonly aliases: number
  /** Jobs that could not be registered, and why. */
  readonly failures: readonly { readonly job_id: string; readonly error: string }[]
}

/**
 * Makes the registry from the bucket: every job and model with its tags, and the aliases. What stands
 * already is written again; what the bucket does not know (models of another worker, datasets of yours) is left alone.
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
  await aliasesOf(registry).deleteMany({ _id: { $nin: ids } })
  return ids.length
}
