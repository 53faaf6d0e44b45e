import { isModelId, resolveModel } from '../shared/registry/resolve-model.ts'
import type { Connection } from './connect.ts'

/** How the commands' help describes a MODEL. */
export const MODEL = 'a model’s id, its name for the newest version, name@alias, or name@version'

/** The id of the model that a command's argument names. An id needs no registry: the bucket knows it. */
export async function modelId(connection: Connection, model: string): Promise<string> {
  return isModelId(model) ? model : resolveModel(await connection.registry(), model)
}
