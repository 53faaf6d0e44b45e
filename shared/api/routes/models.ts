import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { readManifest } from '../../models/read-model.ts'
import { compareFacts } from '../../registry/compare.ts'
import { pageOfModels } from '../../registry/pages.ts'
import type { ApiContext } from '../context.ts'
import { position, readCursor, writeCursor } from '../cursor.ts'
import { findModel, summarizeModels } from '../read-model.ts'
import {
  algorithmName,
  conflict,
  json,
  model,
  modelParam,
  modelQuery,
  modelSummary,
  nextCursor,
  notFound,
  pageQuery,
  refusals,
} from '../schemas.ts'

const list = createRoute({
  method: 'get',
  path: '/api/v1/models',
  tags: ['models'],
  summary: 'Models, newest first',
  request: {
    query: pageQuery.extend({
      name: z.string().min(1).max(256).optional(),
      algorithm: algorithmName.optional(),
      dataset: z.string().min(1).max(1024).optional().openapi({ description: 'the dataset’s name' }),
      tag: z
        .string()
        .regex(/^\w[\w-]{0,127}(=.*)?$/)
        .max(1024)
        .optional()
        .openapi({ description: 'key, or key=value' }),
    }),
  },
  responses: {
    200: json(z.object({ models: z.array(modelSummary), next_cursor: nextCursor }), 'A page of models.'),
    ...refusals,
  },
})

const compare = createRoute({
  method: 'get',
  path: '/api/v1/models/compare',
  tags: ['models'],
  summary: 'Two to four models side by side',
  request: { query: z.object({ model: z.array(modelQuery).min(2).max(4) }) },
  responses: {
    200: json(
      z
        .object({
          models: z.array(model),
          facts: z.array(
            z.object({
              part: z.enum(['model', 'metrics', 'hyperparameters', 'data']),
              name: z.string(),
              values: z.array(z.unknown()),
              same: z.boolean(),
            }),
          ),
        })
        .openapi('Comparison'),
      'Their facts, a value per model.',
    ),
    ...refusals,
    ...notFound,
    ...conflict,
  },
})

const show = createRoute({
  method: 'get',
  path: '/api/v1/models/{model}',
  tags: ['models'],
  summary: 'One model: the registry’s document, and the signature of its manifest',
  request: { params: modelParam },
  responses: { 200: json(model, 'The model.'), ...refusals, ...notFound, ...conflict },
})

const versions = createRoute({
  method: 'get',
  path: '/api/v1/models/{model}/versions',
  tags: ['models'],
  summary: 'The versions of a model’s name, newest first',
  request: { params: modelParam },
  responses: {
    200: json(z.object({ name: z.string(), versions: z.array(modelSummary) }), 'The versions.'),
    ...refusals,
    ...notFound,
    ...conflict,
  },
})

export function modelRoutes(app: OpenAPIHono, context: ApiContext): void {
  app.openapi(list, async (c) => {
    const { limit, cursor, tag, ...filter } = c.req.valid('query')
    const registry = await context.registry()
    const page = await pageOfModels(
      registry,
      { ...filter, tag: tag === undefined ? undefined : tagOf(tag) },
      { limit, after: readCursor(cursor, modelPosition) },
    )
    const models = await summarizeModels(registry, page.documents)
    return c.json({ models, next_cursor: page.next ? writeCursor(page.next) : null }, 200)
  })

  app.openapi(compare, async (c) => {
    const registry = await context.registry()
    const { model: texts } = c.req.valid('query')
    const models = await Promise.all(texts.map((text) => findModel(registry, text)))
    const facts = compareFacts(models.map(({ model_id, ...document }) => ({ ...document, _id: model_id })))
    return c.json({ models, facts: facts.map((fact) => ({ ...fact, values: fact.values.map(orNull) })) }, 200)
  })

  app.openapi(show, async (c) => {
    const found = await findModel(await context.registry(), c.req.valid('param').model)
    const manifest = await readManifest(context.bucket, found.model_id)
    return c.json(
      { ...found, ...(manifest && { signature: manifest.signature, files: manifest.files }) },
      200,
    )
  })

  app.openapi(versions, async (c) => {
    const registry = await context.registry()
    const { name } = await findModel(registry, c.req.valid('param').model)
    const documents = await registry.versionsOf(String(name))
    return c.json({ name: String(name), versions: await summarizeModels(registry, documents) }, 200)
  })
}

const modelPosition = position.extend({ id: z.string().regex(/^[0-9a-f]{24}$/) })

const orNull = (value: unknown) => value ?? null

function tagOf(text: string): { name: string; value: string | undefined } {
  const at = text.indexOf('=')
  return at === -1 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) }
}
