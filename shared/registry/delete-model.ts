import { z } from 'zod'
import { DamagedModel } from '../models/damaged-model.ts'
import { readManifest } from '../models/read-model.ts'
import { deletedKey, modelPrefix } from '../storage/keys.ts'
import { storedAliases } from './aliases.ts'
import { removeModel } from './register-model.ts'
import type { ModelStores } from './registry.ts'

const aboutSchema = z.object({ model_id: z.string(), name: z.string(), version: z.string() })

/** Which model it is that is deleted. */
export type AboutModel = z.infer<typeof aboutSchema>

/**
 * What is known of a model, also of one that is deleted, in part or as a whole. Throws when there is no such model, or
 * an alias points at it.
 */
export async function modelToDelete(stores: ModelStores, modelId: string): Promise<AboutModel> {
  const about = await aboutModel(stores, modelId)
  await refuseAliased(stores, about)
  return about
}

async function aboutModel({ bucket, registry }: ModelStores, modelId: string): Promise<AboutModel> {
  const deleted = aboutSchema.safeParse(await bucket.getJson(deletedKey(modelId)))
  if (deleted.success) return deleted.data
  const manifest = await readManifest(bucket, modelId).catch((error: unknown) => {
    if (!(error instanceof DamagedModel)) throw error
  })
  if (manifest !== undefined) {
    return { model_id: modelId, name: manifest.model_name, version: manifest.version }
  }
  const document = await registry.getModelMetadata(modelId)
  if (document === undefined) throw new Error(`There is no model ${modelId}.`)
  return { model_id: modelId, name: String(document.name), version: String(document.version) }
}

/**
 * Deletes a model from the bucket and from the registry. A mark in the bucket comes first and stays: with it the model
 * counts as deleted, whatever event arrives late. The registry's document goes last, so that a deletion that was cut
 * short finds its model by the same name again. The job and its result stay: its job_id is not trained twice.
 *
 * Throws when an alias points at the model, and, naming what remains, when a step fails: a second call then finishes.
 */
export async function deleteModel(stores: ModelStores, about: AboutModel): Promise<void> {
  const { bucket, registry } = stores
  const mark = deletedKey(about.model_id)
  await refuseAliased(stores, about)
  if (!(await bucket.exists(mark))) {
    await bucket.put(mark, JSON.stringify(about), 'application/json')
    // Who sets an alias looks for the mark behind it: one of the two sees the other.
    await refuseAliased(stores, about).catch(async (error: unknown) => {
      await bucket.delete([mark])
      throw error
    })
  }
  let remains = 'files in the bucket, its file in GridFS and its document'
  try {
    const stored = await Array.fromAsync(bucket.list(modelPrefix(about.model_id)), ({ key }) => key)
    await bucket.delete(stored.filter((key) => key !== mark))
    remains = 'its file in GridFS and its document'
    await removeModel(registry, about.model_id)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `The model ${about.model_id} is deleted in part only (${reason}). There may remain: ${remains}. The same command again finishes.`,
      { cause: error },
    )
  }
}

async function refuseAliased({ bucket }: ModelStores, { model_id, name, version }: AboutModel) {
  for await (const { alias, model_id: aliased } of storedAliases(bucket, name)) {
    if (aliased !== model_id) continue
    throw new Error(
      `The alias ${alias} points at ${name} ${version}: let it point elsewhere, or remove it with "tensorfleet models alias ${name} ${alias} --delete".`,
    )
  }
}
