import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

type Model = { _id: string; job_id: string; version: string; minio_path: string }
type Upload = { name: string; type: string; bytes: Buffer; metadata: Record<string, unknown> }

/** Whether it took the answer over, before the service did anything or when all is done but the answer. */
export type Trouble = (
  when: 'before' | 'after',
  request: IncomingMessage,
  response: ServerResponse,
) => boolean

/** The service is up, and can do nothing. */
export const outOfOrder: Trouble = (when, _, response) => {
  if (when === 'before') response.writeHead(503).end('busy')
  return when === 'before'
}

/** The original's storage service, as far as a worker calls it: objects by bucket/key, models as they were uploaded. */
export async function startStorageService(objects: Map<string, Buffer>, port = 0) {
  const requests: string[] = []
  const uploads: Upload[] = []
  const models: Model[] = []
  let trouble: Trouble = () => false

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://service')
    requests.push(`${request.method} ${pathname}`)
    if (trouble('before', request, response)) return
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const download = /^\/api\/v1\/download\/([^/]+)\/(.+)$/.exec(pathname)
    if (request.method === 'GET' && download !== null) {
      const found = objects.get(`${download[1]}/${decodeURIComponent(download[2])}`)
      if (download[1] !== 'datasets') answer(400, { error: `Invalid bucket: ${download[1]}` })
      else if (found === undefined) answer(404, { error: 'S3 operation failed; code: NoSuchKey' })
      else response.end(found)
    } else if (request.method === 'GET' && pathname === '/api/v1/models') {
      const found = models.filter(({ job_id }) => job_id === searchParams.get('job_id'))
      answer(200, { models: found, count: found.length })
    } else if (request.method === 'POST' && pathname === '/api/v1/models') {
      const headers = { 'content-type': request.headers['content-type'] ?? '' }
      const form = await new Response(new Uint8Array(await buffer(request)), { headers }).formData()
      const file = form.get('file')
      if (!(file instanceof File)) return void answer(400, { error: 'No file provided' })
      const metadata: Record<string, unknown> = JSON.parse(String(form.get('metadata') ?? '{}'))
      if (!metadata.job_id) return void answer(400, { error: 'job_id is required in metadata' })
      uploads.push({
        name: file.name,
        type: file.type,
        bytes: Buffer.from(await file.arrayBuffer()),
        metadata,
      })
      const mongo_id = uploads.length.toString(16).padStart(24, '0')
      const minio_path = `s3://models/models/${metadata.name}_${mongo_id}.onnx`
      models.push({
        _id: mongo_id,
        job_id: String(metadata.job_id),
        version: String(metadata.version),
        minio_path,
      })
      if (trouble('after', request, response)) return
      answer(201, { message: 'Model saved successfully', result: { minio_path, mongo_id } })
    } else answer(404, { error: 'Not Found' })
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The service has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    uploads,
    setTrouble: (next: Trouble) => {
      trouble = next
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
