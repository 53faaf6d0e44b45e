import { ObjectId } from 'mongodb'
import { z } from 'zod'
import { aliasChanged } from '../events/event.ts'
import type { Announce } from '../events/send-events.ts'
import { readManifest } from '../models/read-model.ts'
import type { Bucket } from '../storage/bucket.ts'
import { readJson, writeJson } from '../storage/json.ts'
import { aliasKey, aliasPrefix, deletedKey } from '../storage/keys.ts'
import { type AliasDocument, collectionsIn } from './collections.ts'
import { isAliasName } from './names.ts'
import { RegistryRefusal } from './refusal.ts'
import type { ModelStores, Registry } from './registry.ts'

const aliasSchema = z.object({
  name: z.string(),
  alias: z.string(),
  version: z.string(),
  model_id: z.string(),
})

/** A name for one version of a model, `champion` for example. */
export type Alias = z.infer<typeof aliasSchema>

/** Written in the place of an alias that was removed: S3 announces writes, and the key alone does not have the names. */
const removedAlias = z.object({ name: z.string(), alias: z.string(), version: z.null(), model_id: z.null() })
const storedAlias = z.union([aliasSchema, removedAlias])

const isSet = (alias: z.infer<typeof storedAlias> | undefined): alias is Alias =>
  alias !== undefined && alias.model_id !== null

/**
 * Points an alias of a model's name at one of its versions, in the bucket first, whatever it pointed at before.
 *
 * @throws when there is no such model under that name, and for an alias that is no isAliasName.
 */
export async function setAlias(
  { bucket, registry }: ModelStores,
  name: string,
  alias: string,
  modelId: string,
): Promise<Alias> {
  if (!isAliasName(alias)) throw new Error(`${JSON.stringify(alias)} cannot be an alias.`)
  const isDeleted = () => bucket.exists(deletedKey(modelId))
  const manifest = await readManifest(bucket, modelId)
  if (manifest?.model_name !== name || (await isDeleted())) {
    throw new RegistryRefusal('not_found', `The bucket ${bucket.name} has no model ${modelId} of ${name}.`)
  }
  const key = aliasKey(name, alias)
  const earlier = await bucket.get(key)
  const set = { name, alias, version: manifest.version, model_id: modelId }
  await writeJson(bucket, key, set)
  // delete-model writes the tombstone and then looks for aliases: one of the two sees the other.
  if (await isDeleted()) {
    if (earlier === undefined) await bucket.delete([key])
    else await bucket.put(key, earlier, 'application/json')
    throw new RegistryRefusal('not_found', `The model ${modelId} was deleted meanwhile.`)
  }
  await registerAlias(registry, set)
  return set
}

/** Removes an alias, in the bucket first. Returns whether there was one. */
export async function deleteAlias(
  { bucket, registry }: ModelStores,
  name: string,
  alias: string,
): Promise<boolean> {
  const key = aliasKey(name, alias)
  const existed = isSet(await readJson(bucket, key, storedAlias))
  if (existed) await writeJson(bucket, key, { name, alias, version: null, model_id: null })
  const { deletedCount } = await collectionsIn(registry.db).aliases.deleteOne({
    _id: aliasId({ name, alias }),
  })
  return existed || deletedCount > 0
}

/** The aliases in the bucket, of one name or of all. */
export async function* storedAliases(bucket: Bucket, name?: string): AsyncGenerator<Alias> {
  for await (const { key } of bucket.list(name === undefined ? 'aliases/' : aliasPrefix(name))) {
    const alias = await readJson(bucket, key, storedAlias)
    if (isSet(alias)) yield alias
  }
}

/**
 * Announces where an alias points that was written under `key`, or that it was removed; nothing when there is none.
 *
 * @param change tells this writing of it from others.
 */
export async function announceAlias(
  { bucket, announce }: { readonly bucket: Bucket; readonly announce: Announce },
  key: string,
  change: string,
): Promise<void> {
  const alias = await readJson(bucket, key, storedAlias)
  if (alias !== undefined) await announce([aliasChanged(bucket.name, alias, change)])
}

/** Copies an alias into the registry. */
export async function registerAlias({ db }: Registry, alias: Alias): Promise<void> {
  const { aliases } = collectionsIn(db)
  await aliases.replaceOne({ _id: aliasId(alias) }, aliasDocument(alias), { upsert: true })
}

/** The document of an alias, without `_id`. */
export function aliasDocument({ name, alias, version, model_id }: Alias): Omit<AliasDocument, '_id'> {
  return { name, alias, version, model_id: new ObjectId(model_id) }
}

export const aliasId = ({ name, alias }: Pick<Alias, 'name' | 'alias'>) => `${name}@${alias}`
