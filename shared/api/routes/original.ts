/** The routes of the original worker's own HTTP API (worker-ml/api_server.py), with its fields and status codes. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { modelType } from '../../algorithms/names.ts'
import { findResult } from '../../job-store/commit.ts'
import { outcomeId } from '../../jobs/parse-message.ts'
import type { JobResult } from '../../jobs/result.ts'
import { collectionsIn } from '../../registry/collections.ts'
import { bodyLimit } from '../bodies.ts'
import { type ApiContext, MESSAGE_BYTES } from '../context.ts'
import { descriptions } from '../original-algorithms.ts'
import { plainJson } from '../plain-json.ts'
import { json } from '../schemas.ts'
import { checkStores } from '../stores-health.ts'
import { submitJob } from '../submit.ts'

const error = z.object({ error: z.string() }).openapi('OriginalError')
const anObject = z.looseObject({}).openapi({ type: 'object' })
const common = {
  429: json(error, 'More requests than the limit.'),
  500: json(error, 'A fault of the server.'),
  503: json(error, 'A store does not answer.'),
}

const train = createRoute({
  method: 'post',
  path: '/train',
  tags: ['original'],
  summary: 'Train, and answer with the result',
  request: { body: { required: true, content: { 'application/json': { schema: anObject } } } },
  responses: {
    200: json(anObject, 'The result of the completed job.'),
    202: json(anObject, 'The job goes on for longer than the server waits.'),
    400: json(error, 'No JSON, or a required field is missing.'),
    413: json(error, 'The body is too large.'),
    ...common,
    500: json(anObject, 'The result of the failed job; or, as in the original, a body that is not JSON.'),
  },
})
const health = createRoute({
  method: 'get',
  path: '/health',
  tags: ['original'],
  summary: 'Whether the registry answers',
  responses: { ...common, 200: json(anObject, 'healthy'), 503: json(anObject, 'unhealthy') },
})
const datasets = createRoute({
  method: 'get',
  path: '/datasets',
  tags: ['original'],
  summary: 'The datasets of the registry',
  responses: { ...common, 200: json(z.object({ datasets: z.array(anObject) }), 'The datasets.') },
})
const algorithms = createRoute({
  method: 'get',
  path: '/algorithms',
  tags: ['original'],
  summary: 'The algorithms',
  responses: {
    ...common,
    200: json(
      z.object({
        algorithms: z.array(z.object({ name: z.string(), type: z.string(), description: z.string() })),
      }),
      'The algorithms.',
    ),
  },
})
const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['original'],
  summary: 'Prometheus metrics',
  responses: {
    200: { description: 'The metrics.', content: { 'text/plain': { schema: z.string() } } },
    404: json(error, 'The metrics of this worker are in CloudWatch.'),
    ...common,
  },
})

/** What Flask answers to another method of a path. */
const OTHER_METHOD = `<!doctype html>
<html lang=en>
<title>405 Method Not Allowed</title>
<h1>Method Not Allowed</h1>
<p>The method is not allowed for the requested URL.</p>
`

export function originalRoutes(app: OpenAPIHono, context: ApiContext): void {
  app.use('/train', bodyLimit(MESSAGE_BYTES))
  app.openAPIRegistry.registerPath(train)
  // Not app.openapi: the original looks for its fields one by one, and the rest is for the job's own result to say.
  app.post('/train', (c) => trainNow(c, context))

  app.openapi(health, async (c) => {
    const { registry } = await checkStores(context)
    if (registry.status === 'healthy') {
      return c.json({ status: 'healthy', service: 'ml-worker', timestamp: new Date().toISOString() }, 200)
    }
    return c.json({ status: 'unhealthy', service: 'ml-worker', error: 'The registry does not answer.' }, 503)
  })

  app.openapi(datasets, async (c) => {
    const { db } = await context.registry()
    const fields = ['name', 'description', 'n_samples', 'n_features', 'features', 'target_column']
    const projection = Object.fromEntries([['_id', 0], ...fields.map((field) => [field, 1])])
    const found = await collectionsIn(db).datasets.find({}, { projection }).toArray()
    return c.json({ datasets: found.map(plainJson) }, 200)
  })

  app.openapi(algorithms, (c) =>
    c.json(
      {
        algorithms: descriptions.map(([name, description]) => ({
          name,
          type: modelType(name) === 'sklearn' ? 'scikit-learn' : 'tensorflow',
          description,
        })),
      },
      200,
    ),
  )

  app.openapi(metrics, async (c) => {
    if (context.metrics === undefined) {
      return c.json(
        { error: 'The metrics of this worker are in CloudWatch: docs/operations.md names them.' },
        404,
      )
    }
    const { contentType, text } = await context.metrics()
    return c.text(text, 200, { 'content-type': contentType })
  })

  for (const { path, method } of [train, health, datasets, algorithms, metrics]) {
    const allow = method === 'post' ? 'OPTIONS, POST' : 'GET, HEAD, OPTIONS'
    app.all(path, (c) =>
      c.req.method === 'OPTIONS' ? c.body('', 200, { allow }) : c.html(OTHER_METHOD, 405, { allow }),
    )
  }
}

/** Sends the job and waits for its result, as the original trained within the request. */
async function trainNow(c: Context, context: ApiContext): Promise<Response> {
  // The original catches what Flask says of a body, and answers it with status 500.
  if (!/^application\/([\w.-]+\+)?json *(;|$)/i.test(c.req.header('content-type') ?? '')) {
    const what = 'Did not attempt to load JSON data because the request Content-Type was not'
    return c.json({ error: `415 Unsupported Media Type: ${what} 'application/json'.` }, 500)
  }
  const body = await c.req.text()
  let given: unknown
  try {
    given = JSON.parse(body)
  } catch {
    const what = 'The browser (or proxy) sent a request that this server could not understand.'
    return c.json({ error: `400 Bad Request: ${what}` }, 500)
  }
  if (isEmpty(given)) return c.json({ error: 'No JSON data provided' }, 400)
  const fields = typeof given === 'object' ? given : {}
  const missing = ['job_id', 'dataset_path', 'algorithm'].find((field) => !Object.hasOwn(fields ?? {}, field))
  if (missing !== undefined) return c.json({ error: `Missing required field: ${missing}` }, 400)
  const jobId = outcomeId(body)
  await submitJob(context, body).catch(async (error: unknown) => {
    // The worker answers what is no job, or has another's id, by a failed result.
    if (!(error instanceof Error && error.name === 'JobError')) throw error
    if (!('code' in error) || error.code !== 'bad_message') throw error
    await context.send(body)
  })
  const result = await waitForResult(context, jobId, c.req.raw.signal)
  if (result === undefined) return c.json({ job_id: jobId, status: 'queued' }, 202)
  return c.json(result, result.status === 'completed' ? 200 : 500)
}

/** What Python takes for false. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' ? Object.keys(value ?? {}).length === 0 : !value
}

async function waitForResult(
  { bucket, limits }: ApiContext,
  jobId: string,
  signal: AbortSignal,
): Promise<JobResult | undefined> {
  const end = performance.now() + limits.waitMs
  for (let pause = 20; performance.now() < end && !signal.aborted; pause = Math.min(1000, pause * 1.3)) {
    const result = await findResult(bucket, jobId)
    if (result !== undefined) return result
    await sleep(pause)
  }
  return undefined
}
