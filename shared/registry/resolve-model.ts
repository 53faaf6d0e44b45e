import { collectionsIn } from './collections.ts'
import type { Registry } from './registry.ts'

/** Whether the text is a model's id: 24 hexadecimal digits. */
export const isModelId = (text: string) => /^[0-9a-f]{24}$/.test(text)

/**
 * The id of the model that a text names: its id, a model's name (the newest version), `name@latest` (the same),
 * `name@alias` or `name@version`. What looks like an id is taken for one, whether the registry knows it or not.
 *
 * Throws an error with one clear sentence when there is no such model, or when a version is not one model's alone.
 */
export async function resolveModel(registry: Registry, text: string): Promise<string> {
  if (isModelId(text)) return text
  const newest = await registry.newestModel(text)
  if (newest !== undefined) return newest
  const at = text.lastIndexOf('@')
  if (at < 1) throw new Error(`The registry has no model ${text}.`)
  return resolveVersion(registry, text.slice(0, at), text.slice(at + 1))
}

/** The id of a name's model by alias, version, id, or as `latest`. Throws as `resolveModel` does. */
export async function resolveVersion(registry: Registry, name: string, which: string): Promise<string> {
  const newest = await registry.newestModel(name)
  if (newest === undefined) throw new Error(`The registry has no model ${name}.`)
  if (which === 'latest') return newest
  const { models, aliases } = collectionsIn(registry.db)
  const aliased = await aliases.findOne({ name, alias: which })
  if (aliased !== null) return String(aliased.model_id)
  const found = await models.find({ name }, { projection: { version: 1 } }).toArray()
  const ids = found
    .filter(({ _id, version }) => version === which || _id.toHexString() === which)
    .map(({ _id }) => _id.toHexString())
  if (ids.length === 1) return ids[0]
  if (ids.length > 1) {
    throw new Error(
      `The version ${which} of ${name} is ${ids.length} models: name one by its id (${ids.join(', ')}).`,
    )
  }
  throw new Error(
    `The model ${name} has no version and no alias ${which}: "tensorfleet models versions ${name}" lists them.`,
  )
}
