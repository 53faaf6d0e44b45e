/** Reading back what store-model.ts put into the bucket, and refusing what is not that any more. */
import { createHash } from 'node:crypto'
import { type Manifest, manifestSchema } from '../artifact/manifest.ts'
import type { Bucket } from '../storage/bucket.ts'
import { modelKey } from '../storage/keys.ts'
import { DamagedModel } from './damaged-model.ts'

/** The model's manifest; undefined when there is no such model. Throws DamagedModel for one that cannot be read. */
export async function readManifest(bucket: Bucket, modelId: string): Promise<Manifest | undefined> {
  const key = modelKey(modelId, 'manifest.json')
  const found = await bucket.getJson(key).catch((error: unknown) => {
    if (error instanceof SyntaxError) return error.message
    throw error
  })
  if (found === undefined) return undefined
  const parsed = manifestSchema.safeParse(found)
  if (parsed.success && parsed.data.model_id === modelId) return parsed.data
  const fault = parsed.success ? 'model_id' : parsed.error.issues[0].path.join('.') || 'its beginning'
  throw new DamagedModel(`${key} is not the manifest that was written: it differs at ${fault}.`)
}

/**
 * The bytes of one of the model's files, as they arrive. Throws DamagedModel when there is no such file, and, behind
 * its last byte, when its sha256 is not the manifest's: keep nothing of what came before.
 */
export async function* checkedFile(bucket: Bucket, manifest: Manifest, name: string): AsyncGenerator<Buffer> {
  const key = modelKey(manifest.model_id, name)
  const body = await bucket.stream(key)
  if (body === undefined) throw new DamagedModel(`The bucket ${bucket.name} lacks ${key}.`)
  const hash = createHash('sha256')
  for await (const piece of body) {
    hash.update(piece)
    yield piece
  }
  if (hash.digest('hex') !== manifest.files[name]?.sha256) {
    throw new DamagedModel(
      `${key} is not the file that was trained: its sha256 differs from the manifest's. Restore the file, or train again.`,
    )
  }
}

/** Reads one of the model's files to its end. Throws DamagedModel as `checkedFile` does. */
export async function verifyFile(bucket: Bucket, manifest: Manifest, name: string): Promise<void> {
  for await (const _ of checkedFile(bucket, manifest, name));
}

/** A file up to this size is kept while it is verified, and a larger one is read again. */
const MAX_KEPT_BYTES = 8 * 2 ** 20

/** The bytes of one of the model's files, verified before the first of them is given. Throws DamagedModel as `checkedFile` does. */
export async function verifiedFile(
  bucket: Bucket,
  manifest: Manifest,
  name: string,
): Promise<AsyncIterable<Buffer> | Iterable<Buffer>> {
  if (manifest.files[name]?.bytes <= MAX_KEPT_BYTES)
    return Array.fromAsync(checkedFile(bucket, manifest, name))
  await verifyFile(bucket, manifest, name)
  return checkedFile(bucket, manifest, name)
}
