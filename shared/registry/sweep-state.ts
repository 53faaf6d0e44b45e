/** What a sweep leaves to the next one, also when it is killed: the document of the collection `sweeps`. */
import { collectionsIn, type SweepDocument } from './collections.ts'
import type { ModelStores } from './registry.ts'

export type SweepState = {
  /** The key of the result after which the sweep goes on. */
  after(): string | undefined
  /** The jobs that the last sweep was killed at. */
  readonly killedAt: readonly string[]
  /** The jobs that come last. */
  postponed(): string[]
  /** Records that these jobs are being registered, until they are. */
  trying(ids: string[], work: () => Promise<unknown>): Promise<void>
  /** A postponed job is registered. */
  resume(id: string): Promise<void>
  /** All results up to this key are compared; undefined: all results. */
  passed(key: string | undefined): Promise<void>
  /** Nothing is left to the next sweep. */
  close(): Promise<void>
}

export async function openSweepState({ bucket, registry }: ModelStores): Promise<SweepState> {
  const { sweeps } = collectionsIn(registry.db)
  const saved = await sweeps.findOne({ _id: bucket.name })
  const killedAt = saved?.trying ?? []
  const postponed = new Set([...(saved?.postponed ?? []), ...killedAt])
  let after = saved?.after

  async function save(trying: string[] = []): Promise<void> {
    const state: Omit<SweepDocument, '_id'> = {
      ...(after === undefined ? {} : { after }),
      ...(trying.length === 0 ? {} : { trying }),
      ...(postponed.size === 0 ? {} : { postponed: [...postponed] }),
    }
    await sweeps.replaceOne({ _id: bucket.name }, state, { upsert: true })
  }
  if (killedAt.length > 0) await save()

  return {
    after: () => after,
    killedAt,
    postponed: () => [...postponed],
    async trying(ids, work) {
      await save(ids)
      try {
        await work()
      } finally {
        await save()
      }
    },
    resume(id) {
      postponed.delete(id)
      return save()
    },
    passed(key) {
      after = key
      return save()
    },
    async close() {
      await sweeps.deleteOne({ _id: bucket.name })
    },
  }
}
