/** A paused fit between two calls, in the format of V8's structured clone: typed arrays stay typed arrays. */
import { deserialize, serialize } from 'node:v8'
import { z } from 'zod'
import type { Checkpoint } from '../algorithms/algorithm.ts'
import type { Bucket } from '../storage/bucket.ts'
import { DamagedObject } from '../storage/json.ts'
import { jobKeys } from './keys.ts'

export type SavedCheckpoint = {
  /** What the fit resumes from; null: it begins anew. */
  readonly checkpoint: Checkpoint | null
  /** Seconds that the fit itself has taken so far. */
  readonly seconds: number
  /** Seconds that all calls have taken so far. */
  readonly elapsed: number
}

const savedCheckpoint = z.object({
  /** Of the job's message. */
  fingerprint: z.string(),
  seconds: z.number(),
  elapsed: z.number(),
  checkpoint: z.custom<Checkpoint | null>((value) => typeof value === 'object'),
})

/** @returns the size of the checkpoint in bytes. */
export async function saveCheckpoint(
  bucket: Bucket,
  jobId: string,
  fingerprint: string,
  saved: SavedCheckpoint,
): Promise<number> {
  const bytes = serialize({ fingerprint, ...saved })
  await bucket.put(jobKeys.checkpoint(jobId), bytes)
  return bytes.length
}

/** @returns the checkpoint and its size in bytes; undefined when there is none of the message with this fingerprint. */
export async function loadCheckpoint(
  bucket: Bucket,
  jobId: string,
  fingerprint: string,
): Promise<(SavedCheckpoint & { readonly bytes: number }) | undefined> {
  const bytes = await bucket.get(jobKeys.checkpoint(jobId))
  if (bytes === undefined) return undefined
  const parsed = savedCheckpoint.safeParse(deserialize(bytes))
  if (!parsed.success) {
    throw new DamagedObject(
      `s3://${bucket.name}/${jobKeys.checkpoint(jobId)} is not a checkpoint: ${parsed.error.issues[0].message}.`,
    )
  }
  const { fingerprint: savedFor, ...saved } = parsed.data
  return savedFor === fingerprint ? { ...saved, bytes: bytes.length } : undefined
}
