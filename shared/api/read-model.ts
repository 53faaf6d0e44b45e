/** Models as the API shows them: the registry's documents by the names of the API. */
import type { Manifest } from '../artifact/manifest.ts'
import { readManifest } from '../models/read-model.ts'
import { type AliasDocument, collectionsIn } from '../registry/collections.ts'
import type { Registry } from '../registry/registry.ts'
import { resolveModel } from '../registry/resolve-model.ts'
import type { ApiContext } from './context.ts'
import { plainJson } from './plain-json.ts'
import { ApiError } from './problem.ts'
import { type ModelSummary, modelSummary } from './schemas.ts'

/** The document that a text names. Throws RegistryRefusal or ApiError where there is none. */
export async function findModel(
  registry: Registry,
  text: string,
): Promise<Record<string, unknown> & { model_id: string; aliases: string[] }> {
  const id = await resolveModel(registry, text)
  const document = await registry.getModelMetadata(id)
  if (document === undefined) {
    throw new ApiError('not_found', `The registry has no model ${text}: /api/v1/models lists the models.`)
  }
  const { _id, ...fields } = plainJson(document)
  const pointing = await registry.aliasesOf(String(document.name))
  const aliases = pointing.filter(({ model_id }) => model_id === id).map(({ alias }) => String(alias))
  return { ...fields, model_id: id, aliases }
}

/** The manifest of a model that a text names. */
export async function findManifest({ bucket, registry }: ApiContext, text: string): Promise<Manifest> {
  const id = await resolveModel(await registry(), text)
  const manifest = await readManifest(bucket, id)
  if (manifest !== undefined) return manifest
  throw new ApiError('not_found', `The bucket has no model ${text}: /api/v1/models lists the models.`)
}

/** Documents as lines of a list, with the aliases that point at them. */
export async function summarizeModels(
  registry: Registry,
  documents: readonly Record<string, unknown>[],
): Promise<ModelSummary[]> {
  const names = documents.map(({ name }) => String(name))
  const found = await collectionsIn(registry.db)
    .aliases.find({ name: { $in: names } })
    .toArray()
  const aliasesOf = Map.groupBy(found, ({ model_id }: AliasDocument) => model_id.toHexString())
  return documents.map((document) => {
    const { _id, ...fields } = plainJson(document)
    const id = String(_id)
    const aliases = (aliasesOf.get(id) ?? []).map(({ alias }) => alias).toSorted()
    return modelSummary.parse({
      ...fields,
      model_id: id,
      metrics: scalars(fields.metrics),
      tags: fields.tags ?? {},
      aliases,
    })
  })
}

/** The figures among a model's metrics. */
function scalars(metrics: unknown): Record<string, number | null> {
  if (typeof metrics !== 'object' || metrics === null) return {}
  return Object.fromEntries(
    Object.entries(metrics).filter(([, value]) => typeof value === 'number' || value === null),
  )
}
