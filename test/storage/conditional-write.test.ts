/** Conditional writes at servers that honour `If-None-Match: *`, and at one that does not. */
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { connectObjectStore } from '../../shared/storage/object-store.ts'

process.env.AWS_REGION ||= 'us-east-1'
process.env.AWS_ACCESS_KEY_ID ||= 'local'
process.env.AWS_SECRET_ACCESS_KEY ||= 'local'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A bucket of a server that keeps objects, and the methods and keys of the requests that reach it. */
async function startBucket({ isHonoured }: { isHonoured: boolean }) {
  const objects = new Map<string, { body: string; writer: string }>()
  const requests: string[] = []
  const server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString()
    const key = new URL(request.url ?? '', 'http://s3').pathname.replace('/b/', '')
    requests.push(`${request.method} ${key}`)
    const object = objects.get(key)
    if (request.method === 'PUT') {
      if (isHonoured && object !== undefined && request.headers['if-none-match'] === '*') {
        const code = '<Error><Code>PreconditionFailed</Code></Error>'
        response.writeHead(412, { 'content-type': 'application/xml' }).end(code)
        return
      }
      objects.set(key, { body, writer: String(request.headers['x-amz-meta-writer']) })
      response.end()
    } else if (object === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'x-amz-meta-writer': object.writer }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  const store = connectObjectStore({ endpoint: `http://127.0.0.1:${address.port}` })
  closers.push(
    () => store.close(),
    () => server.close(),
    () => server.closeAllConnections(),
  )
  return { bucket: store.bucket('b'), store, objects, requests }
}

test('a server that honours the condition is asked once whether it does', async () => {
  const { bucket, store, objects, requests } = await startBucket({ isHonoured: true })

  expect(await bucket.putIfAbsent('first', 'a')).toBe(true)
  expect(requests.splice(0)).toEqual(['HEAD first', 'PUT first', 'PUT first'])
  expect(await bucket.putIfAbsent('second', 'a')).toBe(true)
  expect(await store.bucket('b').putIfAbsent('third', 'a')).toBe(true)
  expect(requests.splice(0)).toEqual(['PUT second', 'PUT third'])
  expect(await bucket.putIfAbsent('first', 'b')).toBe(false)
  expect(requests.splice(0)).toEqual(['PUT first', 'HEAD first'])
  expect(objects.get('first')?.body).toBe('a')
})

test('one that does not is asked for the object before each write', async () => {
  const { bucket, objects, requests } = await startBucket({ isHonoured: false })

  expect(await bucket.putIfAbsent('first', 'a')).toBe(true)
  expect(await bucket.putIfAbsent('first', 'b')).toBe(false)
  expect(await bucket.putIfAbsent('second', 'a')).toBe(true)
  expect(await bucket.putIfAbsent('second', 'b')).toBe(false)
  expect(objects.get('first')?.body).toBe('a')
  expect(objects.get('second')?.body).toBe('a')
  expect(requests.filter((request) => request === 'PUT second')).toHaveLength(1)
})
