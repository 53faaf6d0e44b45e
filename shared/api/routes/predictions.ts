import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { bodyLimit, contentTypes } from '../bodies.ts'
import type { ApiContext } from '../context.ts'
import { modelCache } from '../model-cache.ts'
import { modelColumns } from '../model-columns.ts'
import { predictRows } from '../predict-rows.ts'
import {
  bodyRefusals,
  conflict,
  json,
  modelColumn,
  modelParam,
  notFound,
  prediction,
  predictionBody,
  refusals,
  unusable,
} from '../schemas.ts'

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')

const predict = createRoute({
  method: 'post',
  path: '/api/v1/models/{model}/predictions',
  tags: ['predictions'],
  summary: 'Predict rows',
  description:
    'Columns are found by name; others than the model’s are passed over. CSV has a header. `unknown` counts, per column, what training did not have.',
  request: {
    params: modelParam,
    query: z.object({ probabilities: flag }),
    body: {
      required: true,
      content: {
        'application/json': { schema: predictionBody },
        'text/csv': { schema: z.string() },
      },
    },
  },
  responses: {
    200: json(prediction, 'The predictions, in the order of the rows.'),
    ...refusals,
    ...notFound,
    ...bodyRefusals,
    ...unusable,
  },
})

const columns = createRoute({
  method: 'get',
  path: '/api/v1/models/{model}/columns',
  tags: ['predictions'],
  summary: 'The columns that a prediction takes, with the values that training had',
  request: { params: modelParam },
  responses: {
    200: json(z.object({ columns: z.array(modelColumn) }), 'The columns.'),
    ...refusals,
    ...notFound,
    ...conflict,
    ...unusable,
  },
})

export function predictionRoutes(app: OpenAPIHono, context: ApiContext): void {
  const cache = modelCache(context)
  app.openAPIRegistry.registerPath(predict)
  const { params, query } = predict.request
  // Without the body: its validator would read it as JSON a second time.
  const withoutBody = createRoute({ ...predict, hide: true, request: { params, query } })
  app.use(
    '/api/v1/models/:model/predictions',
    bodyLimit(context.limits.predictionBytes),
    contentTypes('application/json', 'text/csv'),
  )
  app.openapi(columns, async (c) => {
    const model = await cache.open(c.req.valid('param').model)
    return c.json({ columns: modelColumns(model) }, 200)
  })
  app.openapi(withoutBody, async (c) => {
    const model = await cache.open(c.req.valid('param').model)
    const isCsv = c.req.header('content-type')?.toLowerCase().startsWith('text/csv') === true
    const body = Buffer.from(await c.req.arrayBuffer())
    return c.json(await predictRows(model, body, isCsv, c.req.valid('query').probabilities), 200)
  })
}
