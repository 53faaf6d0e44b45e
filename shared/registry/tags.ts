import { ObjectId } from 'mongodb'
import { z } from 'zod'
import { readManifest } from '../models/read-model.ts'
import { deletedKey, tagsKey } from '../storage/keys.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import { isTagName } from './names.ts'
import type { Places } from './registry.ts'

/** What people note on a model, by name. */
const tagsSchema = z.record(z.string(), z.string())
export type Tags = z.infer<typeof tagsSchema>

/** The model's tags, as the bucket has them. */
export async function readTags(store: ObjectStore, bucket: string, modelId: string): Promise<Tags> {
  return tagsSchema.parse((await store.getJson(bucket, tagsKey(modelId))) ?? {})
}

/**
 * Sets tags of a model and removes others, in the bucket first. Of two changes at the same moment the later one stands.
 *
 * @returns the model's tags after it. Throws when there is no such model, and for a name that is no isTagName.
 */
export async function tagModel(
  { store, bucket, registry }: Places,
  modelId: string,
  change: { set: Tags; remove: readonly string[] },
): Promise<Tags> {
  const wrong = Object.keys(change.set).find((name) => !isTagName(name))
  if (wrong !== undefined) throw new Error(`${JSON.stringify(wrong)} cannot be a tag's name.`)
  const manifest = await readManifest(store, bucket, modelId)
  if (manifest === undefined || (await store.exists(bucket, deletedKey(modelId)))) {
    throw new Error(`The bucket ${bucket} has no model ${modelId}.`)
  }
  const all = { ...(await readTags(store, bucket, modelId)), ...change.set }
  const tags = Object.fromEntries(Object.entries(all).filter(([name]) => !change.remove.includes(name)))
  await store.put(bucket, tagsKey(modelId), JSON.stringify(tags), 'application/json')
  await registry.db.collection('models').updateOne({ _id: new ObjectId(modelId) }, { $set: { tags } })
  return tags
}
