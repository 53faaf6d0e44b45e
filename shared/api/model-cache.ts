import { openStoredModel } from '../models/open-stored-model.ts'
import type { OpenModel } from '../models/predict.ts'
import { resolveModel } from '../registry/resolve-model.ts'
import { deletedKey, modelKey } from '../storage/keys.ts'
import type { ApiContext } from './context.ts'
import { ApiError } from './problem.ts'

/** Opened models that are kept, the last used ones: their files together have at most so many bytes. */
const MAX_MODELS = 64
const SHARE_OF_MEMORY = 0.05
/** How long a name goes on to mean a model, and a model to exist, without a look: a moved alias is seen after that. */
const TRUSTED_MS = 1000
/** From then on the look is made beside the answers, so that of a model that is asked all the time nobody waits for it. */
const RENEWED_MS = 500

type Resolved = { readonly id: Promise<string>; readonly at: number; isRenewed: boolean }

export type ModelCache = {
  /** The model that a text names, opened. Throws ApiError or RegistryRefusal where there is none. */
  open(text: string): Promise<OpenModel>
}

/** Opens models for predictions once and keeps them, so that a row is predicted without reading anything. */
export function modelCache({ bucket, registry, memoryBytes }: ApiContext): ModelCache {
  const maxBytes = memoryBytes * SHARE_OF_MEMORY
  const resolved = new Map<string, Resolved>()
  const opened = new Map<string, Promise<OpenModel>>()

  async function resolve(text: string): Promise<string> {
    const isStored = /^[0-9a-f]{24}$/.test(text) && (await bucket.exists(modelKey(text, 'manifest.json')))
    const id = isStored ? text : await resolveModel(await registry(), text)
    if (await bucket.exists(deletedKey(id))) {
      throw new ApiError('not_found', `The model ${text} was deleted: name another.`)
    }
    return id
  }

  function idOf(text: string): Promise<string> {
    const known = resolved.get(text)
    const now = performance.now()
    if (known === undefined || known.at + TRUSTED_MS <= now) return look(text, now).id
    if (known.at + RENEWED_MS <= now && !known.isRenewed) {
      known.isRenewed = true
      const renewed = resolve(text)
      // If this fails, the next request resolves the name itself, and gets the error.
      renewed.then(
        () => resolved.set(text, { id: renewed, at: now, isRenewed: false }),
        () => resolved.delete(text),
      )
    }
    return known.id
  }

  function look(text: string, now: number): Resolved {
    if (resolved.size >= 1000) resolved.clear()
    const looked = { id: resolve(text), at: now, isRenewed: false }
    resolved.set(text, looked)
    looked.id.catch(() => resolved.delete(text))
    return looked
  }

  async function makeRoom(): Promise<void> {
    const models = await Promise.all(
      Array.from(opened, async ([id, model]) => ({ id, bytes: bytesOf(await model.catch(() => undefined)) })),
    )
    let bytes = models.reduce((sum, model) => sum + model.bytes, 0)
    for (const model of models) {
      const isLast = opened.size <= 1
      if (isLast || (opened.size <= MAX_MODELS && bytes <= maxBytes)) return
      opened.delete(model.id)
      bytes -= model.bytes
    }
  }

  return {
    async open(text) {
      const id = await idOf(text)
      const known = opened.get(id)
      if (known !== undefined) {
        // A Map keeps the order of insertion: the last used one is last.
        opened.delete(id)
        opened.set(id, known)
        return known
      }
      if (!(await bucket.exists(modelKey(id, 'manifest.json')))) {
        throw new ApiError('not_found', `The bucket has no model ${text}: /api/v1/models lists the models.`)
      }
      const model = openStoredModel(bucket, id)
      opened.set(id, model)
      model.catch(() => opened.delete(id))
      await model
      await makeRoom()
      return model
    },
  }
}

const bytesOf = (model: OpenModel | undefined) => model?.manifest.files['model.json']?.bytes ?? 0
