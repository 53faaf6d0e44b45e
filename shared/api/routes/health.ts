import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { version } from '../../runtime/version.ts'
import type { ApiContext } from '../context.ts'
import { json, refusals } from '../schemas.ts'
import { checkStores } from '../stores-health.ts'

const part = z.object({ status: z.enum(['healthy', 'unhealthy']), milliseconds: z.number() })
const health = z
  .object({
    status: z.enum(['healthy', 'unhealthy']),
    version: z.string(),
    bucket: part,
    registry: part,
  })
  .openapi('Health')

const show = createRoute({
  method: 'get',
  path: '/api/v1/health',
  tags: ['health'],
  summary: 'Whether the bucket and the registry answer',
  responses: {
    200: json(health, 'All answer.'),
    ...refusals,
    503: json(health, 'One does not answer.'),
  },
})

export function healthRoutes(app: OpenAPIHono, context: ApiContext): void {
  app.openapi(show, async (c) => {
    const parts = await checkStores(context)
    const isHealthy = Object.values(parts).every(({ status }) => status === 'healthy')
    const status = isHealthy ? ('healthy' as const) : ('unhealthy' as const)
    return c.json({ status, version, ...parts }, isHealthy ? 200 : 503)
  })
}
