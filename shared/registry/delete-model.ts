import { z } from 'zod'
import { DamagedModel } from '../models/damaged-model.ts'
import { readManifest } from '../models/read-model.ts'
import { DamagedRecord, readJson, writeJson } from '../storage/json.ts'
import { deletedKey, modelPrefix } from '../storage/keys.ts'
import { storedAliases } from './aliases.ts'
import { RegistryRefusal } from './refusal.ts'
import { removeModel } from './register-model.ts'
import type { ModelStores } from './registry.ts'

const modelIdentity = z.object({ model_id: z.string(), name: z.string(), version: z.string() })

/** Which model is deleted: what its tombstone holds. */
export type ModelIdentity = z.infer<typeof modelIdentity>

/**
 * Finds a model that is to be deleted, also one whose deletion was begun or finished.
 *
 * @throws when there is no such model, or an alias points at it.
 */
export async function modelToDelete(stores: ModelStores, modelId: string): Promise<ModelIdentity> {
  const model = await identifyModel(stores, modelId)
  await refuseAliased(stores, model)
  return model
}

async function identifyModel({ bucket, registry }: ModelStores, modelId: string): Promise<ModelIdentity> {
  const tombstone = await readJson(bucket, deletedKey(modelId), modelIdentity).catch((error: unknown) => {
    if (!(error instanceof DamagedRecord)) throw error
  })
  if (tombstone !== undefined) return tombstone
  const manifest = await readManifest(bucket, modelId).catch((error: unknown) => {
    if (!(error instanceof DamagedModel)) throw error
  })
  if (manifest !== undefined) {
    return { model_id: modelId, name: manifest.model_name, version: manifest.version }
  }
  const document = await registry.getModelMetadata(modelId)
  if (document === undefined) throw new RegistryRefusal('not_found', `There is no model ${modelId}.`)
  return { model_id: modelId, name: String(document.name), version: String(document.version) }
}

/**
 * Deletes a model from the bucket and from the registry. A tombstone in the bucket is written first and kept: with
 * it the model counts as deleted, whatever event arrives late. The registry's document is deleted last, so that a
 * deletion that was interrupted finds its model by the same name again. The job and its result are kept: its job_id is
 * not trained twice.
 *
 * @throws when an alias points at the model; and when a step fails, with what remains: a second call then finishes.
 */
export async function deleteModel(stores: ModelStores, model: ModelIdentity): Promise<void> {
  const { bucket, registry } = stores
  const tombstone = deletedKey(model.model_id)
  await refuseAliased(stores, model)
  if (!(await bucket.exists(tombstone))) {
    await writeJson(bucket, tombstone, model)
    // setAlias writes the alias and then looks for the tombstone: one of the two sees the other.
    await refuseAliased(stores, model).catch(async (error: unknown) => {
      await bucket.delete([tombstone])
      throw error
    })
  }
  let remains = 'files in the bucket, its file in GridFS and its document'
  try {
    const stored = await Array.fromAsync(bucket.list(modelPrefix(model.model_id)), ({ key }) => key)
    await bucket.delete(stored.filter((key) => key !== tombstone))
    remains = 'its file in GridFS and its document'
    await removeModel(registry, model.model_id)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `The model ${model.model_id} is only partly deleted (${reason}). What may remain: ${remains}. Run the same command again to finish.`,
      { cause: error },
    )
  }
}

async function refuseAliased({ bucket }: ModelStores, { model_id, name, version }: ModelIdentity) {
  for await (const { alias, model_id: aliased } of storedAliases(bucket, name)) {
    if (aliased !== model_id) continue
    throw new RegistryRefusal(
      'conflict',
      `The alias ${alias} points at ${name} ${version}: let it point elsewhere, or remove it with "tensorfleet models alias ${name} ${alias} --delete".`,
    )
  }
}
