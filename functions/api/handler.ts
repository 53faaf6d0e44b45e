/** The function's URL → the HTTP API. Who may call it is IAM's to say. */
import type { Context } from 'aws-lambda'
import { Hono } from 'hono'
import { handle, streamHandle } from 'hono/aws-lambda'
import { createApi } from '../../shared/api/app.ts'
import { connectApi } from '../../shared/api/connect.ts'
import { logger } from '../../shared/observability/logger.ts'
import { memoryLimit } from '../../shared/runtime/memory-limit.ts'
import { createRuntime } from '../runtime.ts'

const { config, beginInvocation, timeLeftMs, bucket, useRegistry } = createRuntime(process.env)

/** Lambda's maximum request size, less the overhead of base64. */
const REQUEST_BYTES = 4 * 2 ** 20

const { context } = connectApi({
  bucket,
  registry: () => useRegistry(async (registry) => registry),
  aws: { endpoint: config.AWS_ENDPOINT_URL },
  queueUrl: config.JOB_QUEUE_URL ?? '',
  memoryBytes: memoryLimit(config.AWS_LAMBDA_FUNCTION_MEMORY_SIZE),
  timeLeftMs,
  limits: {
    uploadBytes: REQUEST_BYTES,
    predictionBytes: REQUEST_BYTES,
    // Lambda bills a progress stream while it is open; clients reconnect for more.
    waitMs: 5 * 60_000,
  },
  onError: (error) => logger.error('The request failed.', { error }),
})
const api = createApi(context)

const app = new Hono<{ Bindings: { readonly lambdaContext: Context } }>()
app.use((c, next) => {
  beginInvocation({ context: c.env.lambdaContext })
  return next()
})
app.all('*', ({ req }) => api.fetch(req.raw))

/** Streams the response, which Lambda supports. A local AWS may not: then the response is sent in one piece. */
function canStream(): boolean {
  const lambda: unknown = Reflect.get(globalThis, 'awslambda')
  return typeof lambda === 'object' && lambda !== null && 'streamifyResponse' in lambda
}

export const handler = canStream() ? streamHandle(app) : handle(app)
