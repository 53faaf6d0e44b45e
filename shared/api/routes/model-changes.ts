import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { deleteAlias, setAlias } from '../../registry/aliases.ts'
import { deleteModel, modelToDelete } from '../../registry/delete-model.ts'
import { isAliasName, isTagName } from '../../registry/names.ts'
import { isModelId, resolveModel } from '../../registry/resolve-model.ts'
import { tagModel } from '../../registry/tags.ts'
import { deletedKey } from '../../storage/keys.ts'
import { bodyLimit, contentTypes } from '../bodies.ts'
import { type ApiContext, MESSAGE_BYTES } from '../context.ts'
import { ApiError } from '../problem.ts'
import { findModel } from '../read-model.ts'
import {
  alias,
  aliasParam,
  bodyRefusals,
  conflict,
  json,
  modelParam,
  notFound,
  refusals,
  tags,
} from '../schemas.ts'

const setsAlias = createRoute({
  method: 'put',
  path: '/api/v1/models/{model}/aliases/{alias}',
  tags: ['models'],
  summary: 'Point an alias of the model’s name at this model',
  request: { params: aliasParam },
  responses: { 200: json(alias, 'The alias.'), ...refusals, ...notFound, ...conflict },
})

const removesAlias = createRoute({
  method: 'delete',
  path: '/api/v1/models/{model}/aliases/{alias}',
  tags: ['models'],
  summary: 'Remove an alias of the model’s name',
  request: { params: aliasParam },
  responses: { 204: { description: 'Removed.' }, ...refusals, ...notFound, ...conflict },
})

const changesTags = createRoute({
  method: 'patch',
  path: '/api/v1/models/{model}/tags',
  tags: ['models'],
  summary: 'Set and remove tags of a model',
  request: {
    params: modelParam,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.strictObject({
            set: z.record(z.string().regex(/^\w[\w-]{0,127}$/), z.string().max(1024)).default({}),
            remove: z.array(z.string().max(128)).max(100).default([]),
          }),
        },
      },
    },
  },
  responses: {
    200: json(z.object({ tags }), 'All tags of the model.'),
    ...refusals,
    ...notFound,
    ...conflict,
    ...bodyRefusals,
  },
})

const deletes = createRoute({
  method: 'delete',
  path: '/api/v1/models/{model}',
  tags: ['models'],
  summary: 'Delete a model from the bucket and the registry',
  description: 'Refused while an alias points at it. Its job and the result stay.',
  request: { params: modelParam },
  responses: { 204: { description: 'Deleted.' }, ...refusals, ...notFound, ...conflict },
})

export function modelChangeRoutes(app: OpenAPIHono, context: ApiContext): void {
  const stores = async () => ({ bucket: context.bucket, registry: await context.registry() })

  app.openapi(setsAlias, async (c) => {
    const { model, alias } = c.req.valid('param')
    if (!isAliasName(alias)) {
      throw new ApiError(
        'bad_request',
        `${JSON.stringify(alias)} cannot be an alias: use letters, digits, ".", "_" and "-", beginning with a letter; neither latest nor like a version.`,
      )
    }
    const { registry, bucket } = await stores()
    const { model_id, name } = await findModel(registry, model)
    return c.json(await setAlias({ bucket, registry }, String(name), alias, model_id), 200)
  })

  app.openapi(removesAlias, async (c) => {
    const { model, alias } = c.req.valid('param')
    const { registry, bucket } = await stores()
    const { name } = await findModel(registry, model)
    if (!(await deleteAlias({ bucket, registry }, String(name), alias))) {
      throw new ApiError('not_found', `The model ${name} has no alias ${alias}.`)
    }
    return c.body(null, 204)
  })

  app.use('/api/v1/models/:model/tags', bodyLimit(MESSAGE_BYTES), contentTypes('application/json'))
  app.openapi(changesTags, async (c) => {
    const { set, remove } = c.req.valid('json')
    const wrong = Object.keys(set).find((name) => !isTagName(name))
    if (wrong !== undefined)
      throw new ApiError('bad_request', `${JSON.stringify(wrong)} cannot be a tag's name.`)
    const { registry, bucket } = await stores()
    const { model_id } = await findModel(registry, c.req.valid('param').model)
    return c.json({ tags: await tagModel({ bucket, registry }, model_id, { set, remove }) }, 200)
  })

  app.openapi(deletes, async (c) => {
    const { model } = c.req.valid('param')
    const { registry, bucket } = await stores()
    const id = await resolveModel(registry, model)
    const known = (await registry.getModelMetadata(id)) !== undefined
    // An interrupted deletion can be finished. After a complete one there is nothing left to delete.
    if (!known && isModelId(id) && (await bucket.exists(deletedKey(id)))) {
      throw new ApiError('not_found', `The model ${model} was deleted already.`)
    }
    await deleteModel({ bucket, registry }, await modelToDelete({ bucket, registry }, id))
    return c.body(null, 204)
  })
}
