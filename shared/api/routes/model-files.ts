import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { checkedFile } from '../../models/read-model.ts'
import { readReport } from '../../models/store-report.ts'
import { streamOf } from '../bodies.ts'
import type { ApiContext } from '../context.ts'
import { ApiError } from '../problem.ts'
import { findManifest } from '../read-model.ts'
import { conflict, modelParam, notFound, refusals, unusable } from '../schemas.ts'

const report = createRoute({
  method: 'get',
  path: '/api/v1/models/{model}/report',
  tags: ['models'],
  summary: 'The model’s report, a page for people',
  request: { params: modelParam },
  responses: {
    200: { description: 'The page.', content: { 'text/html': { schema: z.string() } } },
    ...refusals,
    ...notFound,
    ...conflict,
  },
})

const file = createRoute({
  method: 'get',
  path: '/api/v1/models/{model}/files/{file}',
  tags: ['models'],
  summary: 'Download a file of the model: model.onnx, model.json, manifest.json, report.json',
  request: {
    params: modelParam.extend({
      file: z
        .string()
        .regex(/^[A-Za-z0-9][\w.-]{0,127}$/)
        .openapi({ param: { name: 'file', in: 'path' } }),
    }),
  },
  responses: {
    200: {
      description: 'The bytes. ETag is the sha256 of the manifest.',
      content: {
        'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) },
        'application/json': { schema: z.unknown() },
      },
    },
    304: { description: 'The client has these bytes.' },
    ...refusals,
    ...notFound,
    ...conflict,
    ...unusable,
  },
})

export function modelFileRoutes(app: OpenAPIHono, context: ApiContext): void {
  app.openapi(report, async (c) => {
    const manifest = await findManifest(context, c.req.valid('param').model)
    if (manifest.files['report.json'] === undefined) {
      throw new ApiError(
        'not_found',
        'The model was stored before there were reports: train it again to have one.',
      )
    }
    const page = await readReport(context.bucket, manifest.model_id)
    return c.body(typeof page === 'string' ? page : new Uint8Array(page), 200, {
      'content-type': 'text/html; charset=utf-8',
      // Names of columns and classes are anybody's: nothing in the page may reach the API.
      'content-security-policy':
        "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:",
    })
  })

  app.openapi(file, async (c) => {
    const { model, file } = c.req.valid('param')
    const manifest = await findManifest(context, model)
    const disposition = `attachment; filename="${file}"`
    if (file === 'manifest.json') {
      c.header('content-disposition', disposition)
      return c.json(manifest, 200)
    }
    const stored = Object.hasOwn(manifest.files, file) ? manifest.files[file] : undefined
    if (stored === undefined) {
      const names = ['manifest.json', ...Object.keys(manifest.files)].join(', ')
      throw new ApiError('not_found', `The model has no file ${file}: it has ${names}.`)
    }
    const etag = `"${stored.sha256}"`
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, { etag })
    return c.body(streamOf(checkedFile(context.bucket, manifest, file)), 200, {
      'content-type': file.endsWith('.json') ? 'application/json' : 'application/octet-stream',
      'content-disposition': disposition,
      etag,
    })
  })
}
