/** The worker's HTTP API: one app, served by `tensorfleet local` on this machine and by the function `api` in AWS. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { etag } from 'hono/etag'
import { timeLimit } from './bodies.ts'
import type { ApiContext } from './context.ts'
import { openApiDocument } from './openapi.ts'
import { ApiError, answerProblem, problemOf, retryHeaders } from './problem.ts'
import { rateLimit } from './rate-limit.ts'
import { algorithmRoutes } from './routes/algorithms.ts'
import { datasetRoutes } from './routes/datasets.ts'
import { deadLetterRoutes } from './routes/dead-letters.ts'
import { healthRoutes } from './routes/health.ts'
import { jobRoutes } from './routes/jobs.ts'
import { modelChangeRoutes } from './routes/model-changes.ts'
import { modelFileRoutes } from './routes/model-files.ts'
import { modelRoutes } from './routes/models.ts'
import { originalRoutes } from './routes/original.ts'
import { predictionRoutes } from './routes/predictions.ts'

/** Under these the answers are problem details; the original's routes have an `error`, as they always had. */
const isOwnRoute = (path: string) => path.startsWith('/api/')

/** Requests that may take long: they are limited by bytes or by a time of their own. */
const isLong = (path: string, method: string) =>
  path === '/train' || /\/(progress|files\/[^/]+|cancel|verify)$/.test(path) || method === 'PUT'

export function createApi(context: ApiContext): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (checked, c) => {
      if (checked.success) return
      const { path, message } = checked.error.issues[0]
      const what = checked.target === 'json' ? 'The body' : `The ${checked.target}`
      return answerProblem(
        c,
        new ApiError('bad_request', `${what} cannot be used: ${[...path, message].join(': ')}.`),
      )
    },
  })

  app.onError((error, c) => {
    const { status, detail } = problemOf(error)
    if (status >= 500) context.onError(error)
    return isOwnRoute(c.req.path)
      ? answerProblem(c, error)
      : c.json({ error: detail }, status, retryHeaders(status))
  })
  app.notFound((c) =>
    isOwnRoute(c.req.path)
      ? answerProblem(
          c,
          new ApiError(
            'not_found',
            `There is no ${c.req.method} ${c.req.path}: /openapi.json lists the routes.`,
          ),
        )
      : c.json({ error: 'Endpoint not found' }, 404),
  )

  app.use(async (c, next) => {
    await next()
    c.header('x-content-type-options', 'nosniff')
    c.header('cross-origin-resource-policy', 'same-origin')
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-cache')
  })
  app.use(rateLimit(context.limits))
  const limited = timeLimit(context.limits.requestMs)
  app.use((c, next) => (isLong(c.req.path, c.req.method) ? next() : limited(c, next)))
  const tagged = etag()
  app.use('/api/v1/*', (c, next) =>
    c.req.method === 'GET' && !isLong(c.req.path, c.req.method) ? tagged(c, next) : next(),
  )

  for (const add of [
    originalRoutes,
    healthRoutes,
    algorithmRoutes,
    jobRoutes,
    datasetRoutes,
    modelRoutes,
    modelChangeRoutes,
    modelFileRoutes,
    predictionRoutes,
    deadLetterRoutes,
  ])
    add(app, context)
  app.get('/openapi.json', (c) => c.json(openApiDocument(app)))
  return app
}
