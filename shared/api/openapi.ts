import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { jobMessage } from '../jobs/message.ts'
import { version } from '../runtime/version.ts'

/** The OpenAPI 3.1 document of the app's routes. */
export function openApiDocument(app: OpenAPIHono) {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'TensorFleet worker',
      version,
      description:
        'The routes under /api/v1, and those of the original worker. Errors under /api/v1 are problem details (RFC 9457) with a code.',
      license: { name: 'MIT' },
    },
    servers: [{ url: '/' }],
  })
  // zod says more of a job than the package that writes the document: what may be null, and patterns without their flags.
  const { $schema, ...message } = z.toJSONSchema(jobMessage, { io: 'input', unrepresentable: 'any' })
  const schemas = { ...document.components?.schemas, JobMessage: message }
  return { ...document, components: { ...document.components, schemas } }
}
