import { collectionsIn } from './collections.ts'
import { RegistryRefusal } from './refusal.ts'
import type { Registry } from './registry.ts'

/** Whether the text is a model's id: 24 hexadecimal digits. */
export const isModelId = (text: string) => /^[0-9a-f]{24}$/.test(text)

/** Before a text that is a model's whole name, whatever it looks like. */
const EXACT_NAME = 'name:'

/**
 * The id of the model that a text names: its id, `name:` and a model's whole name, `name@latest`, `name@alias` or
 * `name@version`, or a model's name (the newest version), in this order: a model that is named like the alias of another, or
 * like an id, does not take its place. Where nothing has that id or name, it is returned as an id if it looks like one.
 *
 * Throws an error with one clear sentence when there is no such model, or when a version is not one model's alone.
 */
export async function resolveModel(registry: Registry, text: string): Promise<string> {
  if (text.startsWith(EXACT_NAME)) {
    const named = text.slice(EXACT_NAME.length)
    const exact = (await registry.newestModel(named)) ?? (await versionOf(registry, named))
    if (exact !== undefined) return exact
  }
  const looksLikeId = isModelId(text)
  if (looksLikeId && (await registry.getModelMetadata(text)) !== undefined) return text
  const newest = await registry.newestModel(text)
  if (looksLikeId) return newest ?? text
  const version = await versionOf(registry, text)
  if (version !== undefined) return version
  if (newest !== undefined) return newest
  const at = text.lastIndexOf('@')
  if (at < 1) throw new RegistryRefusal('not_found', `The registry has no model ${text}.`)
  return resolveVersion(registry, text.slice(0, at), text.slice(at + 1))
}

/** The id that `name@which` means; undefined where there is none. Throws where it is more than one. */
async function versionOf(registry: Registry, text: string): Promise<string | undefined> {
  const at = text.lastIndexOf('@')
  if (at < 1) return undefined
  const [name, which] = [text.slice(0, at), text.slice(at + 1)]
  return (await modelsOf(registry, name, which)).length > 0
    ? resolveVersion(registry, name, which)
    : undefined
}

/** The id of a name's model by alias, version, id, or as `latest`. Throws as `resolveModel` does. */
export async function resolveVersion(registry: Registry, name: string, which: string): Promise<string> {
  const ids = await modelsOf(registry, name, which)
  if (ids.length === 1) return ids[0]
  if (ids.length > 1) {
    throw new RegistryRefusal(
      'conflict',
      `The version ${which} of ${name} is ${ids.length} models: name one by its id (${ids.join(', ')}).`,
    )
  }
  if ((await registry.newestModel(name)) === undefined) {
    throw new RegistryRefusal('not_found', `The registry has no model ${name}.`)
  }
  throw new RegistryRefusal(
    'not_found',
    `The model ${name} has no version and no alias ${which}: "tensorfleet models versions ${name}" lists them.`,
  )
}

/** The ids of a name's models that an alias, a version, an id or `latest` means. */
async function modelsOf(registry: Registry, name: string, which: string): Promise<string[]> {
  const newest = await registry.newestModel(name)
  if (newest === undefined) return []
  if (which === 'latest') return [newest]
  const { models, aliases } = collectionsIn(registry.db)
  const aliased = await aliases.findOne({ name, alias: which })
  if (aliased !== null) return [String(aliased.model_id)]
  const found = await models.find({ name }, { projection: { version: 1 } }).toArray()
  return found
    .filter(({ _id, version }) => version === which || _id.toHexString() === which)
    .map(({ _id }) => _id.toHexString())
}
