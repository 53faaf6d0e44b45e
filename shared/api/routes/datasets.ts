import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { collectionsIn } from '../../registry/collections.ts'
import { datasetKey } from '../../storage/keys.ts'
import { limitedBody } from '../bodies.ts'
import type { ApiContext } from '../context.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { listDatasets } from '../list-datasets.ts'
import { previewDataset } from '../preview.ts'
import { ApiError } from '../problem.ts'
import {
  bodyRefusals,
  dataset,
  datasetName,
  datasetParam,
  json,
  nextCursor,
  notFound,
  pageQuery,
  preview,
  refusals,
  unusable,
} from '../schemas.ts'

const PRESIGNED_SECONDS = 15 * 60

const list = createRoute({
  method: 'get',
  path: '/api/v1/datasets',
  tags: ['datasets'],
  summary: 'Datasets, by name',
  request: { query: pageQuery },
  responses: {
    200: json(z.object({ datasets: z.array(dataset), next_cursor: nextCursor }), 'A page of datasets.'),
    ...refusals,
  },
})

const upload = createRoute({
  method: 'put',
  path: '/api/v1/datasets/{name}',
  tags: ['datasets'],
  summary: 'Store a file as a dataset',
  description: 'CSV, JSON lines, a JSON array or Parquet, also compressed. A file of that name is replaced.',
  request: {
    params: datasetParam,
    body: {
      required: true,
      content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
    },
  },
  responses: { 201: json(dataset, 'Stored.'), ...refusals, ...bodyRefusals },
})

const presign = createRoute({
  method: 'post',
  path: '/api/v1/datasets/{name}/presigned-upload',
  tags: ['datasets'],
  summary: 'A signed address to which the file can be written by PUT',
  request: { params: datasetParam },
  responses: {
    200: json(
      z
        .object({
          url: z.string(),
          method: z.literal('PUT'),
          dataset_path: z.string(),
          expires_at: z.string().openapi({ format: 'date-time' }),
        })
        .openapi('PresignedUpload'),
      'The address.',
    ),
    ...refusals,
  },
})

const show = createRoute({
  method: 'get',
  path: '/api/v1/datasets/{name}/preview',
  tags: ['datasets'],
  summary: 'The columns of a dataset with their types and missing values, and its first rows',
  request: {
    params: datasetParam,
    query: z.object({ rows: z.coerce.number().int().min(0).max(1000).default(20) }),
  },
  responses: { 200: json(preview, 'The preview.'), ...refusals, ...notFound, ...bodyRefusals, ...unusable },
})

const remove = createRoute({
  method: 'delete',
  path: '/api/v1/datasets/{name}',
  tags: ['datasets'],
  summary: 'Delete a dataset',
  request: { params: datasetParam },
  responses: { 204: { description: 'Deleted.' }, ...refusals, ...notFound },
})

const noDataset = (name: string) =>
  new ApiError('not_found', `There is no dataset ${name}: /api/v1/datasets lists them.`)

export function datasetRoutes(app: OpenAPIHono, context: ApiContext): void {
  const { bucket, limits } = context

  app.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const { datasets, next } = await listDatasets(context, limit, readCursor(cursor, datasetName))
    return c.json({ datasets, next_cursor: next === undefined ? null : writeCursor(next) }, 200)
  })

  app.openapi(upload, async (c) => {
    const { name } = c.req.valid('param')
    const type = c.req.header('content-type')
    // What a page of another site can send without being asked.
    if (
      type !== undefined &&
      /^(text\/plain|multipart\/form-data|application\/x-www-form-urlencoded)/i.test(type)
    ) {
      throw new ApiError(
        'unsupported_media_type',
        'Send the file’s bytes as the body, as application/octet-stream: curl --upload-file FILE does, with -H "content-type: application/octet-stream".',
      )
    }
    const elsewhere = ` Ask POST /api/v1/datasets/${name}/presigned-upload for an address that takes it.`
    const folder = await mkdtemp(join(tmpdir(), 'tensorfleet-upload-'))
    try {
      const file = join(folder, 'data')
      let bytes = 0
      await pipeline(async function* () {
        for await (const piece of limitedBody(c, limits.uploadBytes, elsewhere)) {
          bytes += piece.length
          yield piece
        }
      }, createWriteStream(file))
      await bucket.upload(datasetKey(name), file, type ?? 'application/octet-stream')
      c.header('location', `/api/v1/datasets/${name}/preview`)
      const updated_at = new Date().toISOString()
      return c.json({ name, dataset_path: name, size_bytes: bytes, updated_at }, 201)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  app.openapi(presign, async (c) => {
    const { name } = c.req.valid('param')
    const url = await context.presignUpload(datasetKey(name), PRESIGNED_SECONDS)
    const expires_at = new Date(Date.now() + PRESIGNED_SECONDS * 1000).toISOString()
    return c.json({ url, method: 'PUT' as const, dataset_path: name, expires_at }, 200)
  })

  app.openapi(show, async (c) => {
    const { name } = c.req.valid('param')
    const { rows } = c.req.valid('query')
    const shown =
      (await previewDataset(bucket, datasetKey(name), rows, context.memoryBytes)) ??
      (await previewDataset(bucket, datasetKey(`${name}.csv`), rows, context.memoryBytes))
    if (shown === undefined) throw noDataset(name)
    return c.json({ name, ...shown }, 200)
  })

  app.openapi(remove, async (c) => {
    const { name } = c.req.valid('param')
    if (!(await bucket.exists(datasetKey(name)))) throw noDataset(name)
    await bucket.delete([datasetKey(name)])
    const { db } = await context.registry()
    await collectionsIn(db).datasets.deleteOne({ minio_path: `s3://${bucket.name}/${datasetKey(name)}` })
    return c.body(null, 204)
  })
}
