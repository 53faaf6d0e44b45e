import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { algorithmNames } from '../../algorithms/names.ts'
import { hyperparameterSchema, hyperparameterSets } from '../../jobs/hyperparameter-schemas.ts'
import { algorithm, json, refusals } from '../schemas.ts'

const list = createRoute({
  method: 'get',
  path: '/api/v1/algorithms',
  tags: ['algorithms'],
  summary: 'The algorithms, and per task their hyperparameters as JSON Schemas',
  responses: {
    200: json(z.object({ algorithms: z.array(algorithm) }), 'The algorithms.'),
    ...refusals,
  },
})

export function algorithmRoutes(app: OpenAPIHono): void {
  app.openapi(list, (c) =>
    c.json(
      {
        algorithms: algorithmNames.map((name) => ({
          name,
          estimators: hyperparameterSets(name).map(({ task, set }) => ({
            task,
            hyperparameters: { ...hyperparameterSchema(set) },
            rules: set.rules.map(({ rule }) => rule),
          })),
        })),
      },
      200,
    ),
  )
}
