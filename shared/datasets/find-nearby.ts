/** For a dataset that is not where its path says: what lies there under nearly that key. */
import { closestMatch } from '../errors/closest-match.ts'
import type { Bucket } from '../storage/bucket.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import { otherSpellings, type StoredObject } from './dataset-path.ts'

const MAX_LISTED = 1000

/** Asked only of what can be a bucket: the client takes an ARN and other text for more than a name. */
export const isBucketName = (name: string) => /^[A-Za-z0-9][\w.-]{1,254}$/.test(name)

/**
 * The object that is likely meant, as a part of a sentence: the same key unescaped, trimmed or in the worker's own
 * bucket, or a key of the same folder that begins so or is nearly the same. Undefined where there is none, or S3 does not
 * let the worker look.
 */
export async function findNearby(
  store: ObjectStore,
  ownBucket: Bucket,
  object: StoredObject,
): Promise<string | undefined> {
  try {
    for (const { bucket, key } of otherSpellings(object, ownBucket.name)) {
      if (isBucketName(bucket) && (await store.bucket(bucket).exists(key))) {
        return `there is s3://${bucket}/${key}: write that`
      }
    }
    if (!isBucketName(object.bucket)) return undefined
    const key = await similarKey(store.bucket(object.bucket), object.key)
    return key && `there is s3://${object.bucket}/${key}: write that if you mean it`
  } catch {
    // No hint is worth a failed attempt.
    return undefined
  }
}

async function similarKey(bucket: Bucket, key: string): Promise<string | undefined> {
  const folder = key.slice(0, key.lastIndexOf('/') + 1)
  const names: string[] = []
  for await (const listed of bucket.list(folder)) {
    // Objects that stand for folders have a key like one.
    if (!listed.key.endsWith('/')) names.push(listed.key.slice(folder.length))
    if (names.length === MAX_LISTED) break
  }
  const name = key.slice(folder.length)
  const similar = names.find((other) => other.startsWith(name)) ?? closestMatch(name, names)
  return similar === undefined ? undefined : folder + similar
}
