import type { z } from 'zod'
import type { Bucket } from './bucket.ts'

/** A record in the bucket is not what the worker wrote there: it was edited, damaged, or written by another version. */
export class DamagedRecord extends Error {
  override readonly name = 'DamagedRecord'
}

/**
 * Reads an object that the worker wrote as JSON.
 *
 * @returns the parsed object, or undefined when there is none under the key.
 * @throws DamagedRecord, with the key and what is wrong, for an object that does not fit the schema.
 */
export async function readJson<T>(bucket: Bucket, key: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let found: unknown
  try {
    found = await bucket.getJson(key)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new DamagedRecord(`s3://${bucket.name}/${key} is not JSON (${error.message}).`, { cause: error })
  }
  if (found === undefined) return undefined
  const parsed = schema.safeParse(found)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]
  throw new DamagedRecord(
    `s3://${bucket.name}/${key} is not what was written there: ${[...path, message].join(': ')}.`,
  )
}

/** Writes a value as a JSON object of the bucket. */
export function writeJson(bucket: Bucket, key: string, value: unknown): Promise<void> {
  return bucket.put(key, JSON.stringify(value), 'application/json')
}

/** Writes a value as a JSON object of the bucket unless there is one. Returns whether this call wrote it. */
export function writeJsonIfAbsent(bucket: Bucket, key: string, value: unknown): Promise<boolean> {
  return bucket.putIfAbsent(key, JSON.stringify(value), 'application/json')
}

/** undefined for a record that is damaged, as for one that is not there. */
export async function unlessDamaged<T>(
  found: Promise<T | undefined>,
  onDamaged?: (error: DamagedRecord) => void,
): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (!(error instanceof DamagedRecord)) throw error
    onDamaged?.(error)
    return undefined
  }
}
