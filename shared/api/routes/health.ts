import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { verifyRegistry } from '../../registry/verify.ts'
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

const verified = z
  .object({
    models: z.int(),
    jobs: z.int(),
    aliases: z.int(),
    findings: z.array(z.object({ about: z.string(), problem: z.string() })),
  })
  .openapi('Verified')

const verify = createRoute({
  method: 'post',
  path: '/api/v1/registry/verify',
  tags: ['health'],
  summary: 'Compare the registry with the bucket, hash by hash',
  description: 'Reads every stored file once, and changes nothing.',
  responses: { 200: json(verified, 'How many of each were checked, and what does not agree.'), ...refusals },
})

export function healthRoutes(app: OpenAPIHono, context: ApiContext): void {
  app.openapi(show, async (c) => {
    const parts = await checkStores(context)
    const isHealthy = Object.values(parts).every(({ status }) => status === 'healthy')
    const status = isHealthy ? ('healthy' as const) : ('unhealthy' as const)
    return c.json({ status, version, ...parts }, isHealthy ? 200 : 503)
  })

  app.openapi(verify, async (c) => {
    const { models, jobs, aliases, findings } = await verifyRegistry({
      bucket: context.bucket,
      registry: await context.registry(),
    })
    return c.json({ models, jobs, aliases, findings: findings.map((finding) => ({ ...finding })) }, 200)
  })
}
