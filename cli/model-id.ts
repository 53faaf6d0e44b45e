import { isModelId, resolveModel } from '../shared/registry/resolve-model.ts'
import { modelKey } from '../shared/storage/keys.ts'
import type { Connection } from './connect.ts'

/** The description of the argument MODEL in the help. */
export const MODEL =
  'a model’s id, its name for the newest version, name@alias, or name@version; name: before a name that looks like another of these'

/** The id of the model that a command's argument names. The id of a model in the bucket needs no registry. */
export async function modelId(connection: Connection, model: string): Promise<string> {
  if (isModelId(model) && (await connection.bucket.exists(modelKey(model, 'manifest.json')))) return model
  return resolveModel(await connection.registry(), model)
}
