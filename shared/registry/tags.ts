import { ObjectId } from 'mongodb'
import { z } from 'zod'
import { readManifest } from '../models/read-model.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson, writeJson } from '../storage/json.ts'
import { deletedKey, tagsKey } from '../storage/keys.ts'
import { collectionsIn } from './collections.ts'
import { modelDocument } from './documents.ts'
import { isTagName } from './names.ts'
import { RegistryRefusal } from './refusal.ts'
import type { ModelStores } from './registry.ts'

/** Labels that people give a model, by name. */
const tagsSchema = z.record(z.string(), z.string())
export type Tags = z.infer<typeof tagsSchema>

/** The model's tags, as the bucket has them. */
export async function readTags(bucket: Bucket, modelId: string): Promise<Tags> {
  return (await readJson(bucket, tagsKey(modelId), tagsSchema)) ?? {}
}

/**
 * Sets tags of a model and removes others, in the bucket first. Of two concurrent changes the last write wins.
 *
 * @returns the model's tags after the change.
 * @throws when there is no such model, and for a name that is no isTagName.
 */
export async function tagModel(
  { bucket, registry }: ModelStores,
  modelId: string,
  change: { set: Tags; remove: readonly string[] },
): Promise<Tags> {
  const wrong = Object.keys(change.set).find((name) => !isTagName(name))
  if (wrong !== undefined) throw new Error(`${JSON.stringify(wrong)} cannot be a tag's name.`)
  const manifest = await readManifest(bucket, modelId)
  if (manifest === undefined || (await bucket.exists(deletedKey(modelId)))) {
    throw new RegistryRefusal('not_found', `The bucket ${bucket.name} has no model ${modelId}.`)
  }
  const all = { ...(await readTags(bucket, modelId)), ...change.set }
  const tags = Object.fromEntries(Object.entries(all).filter(([name]) => !change.remove.includes(name)))
  await writeJson(bucket, tagsKey(modelId), tags)
  // The whole document, because what of it MongoDB can hold depends on all of its fields.
  const document = modelDocument(manifest, tags, bucket.name)
  await collectionsIn(registry.db).models.replaceOne({ _id: new ObjectId(modelId) }, document)
  return tags
}
