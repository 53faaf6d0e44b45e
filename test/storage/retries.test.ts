/** An S3 that has a bad minute: what the worker's client makes of it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { retrying } from '../../shared/runtime/retry.ts'
import type { Bucket } from '../../shared/storage/bucket.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'

process.env.AWS_REGION ||= 'us-east-1'
process.env.AWS_ACCESS_KEY_ID ||= 'local'
process.env.AWS_SECRET_ACCESS_KEY ||= 'local'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A bucket whose n-th request is answered by the n-th of `answers`, and those after them by the last. */
async function bucketThat(
  timeLeftMs: number,
  ...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]
): Promise<{ bucket: Bucket; requests: string[] }> {
  const requests: string[] = []
  const server = createServer(async (request, response) => {
    await buffer(request)
    const answer = answers[Math.min(requests.length, answers.length - 1)]
    requests.push(request.method ?? '')
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  const store = connectObjectStore({
    endpoint: `http://127.0.0.1:${address.port}`,
    timeLeftMs: () => timeLeftMs,
  })
  closers.push(
    () => store.close(),
    () => server.close(),
    () => server.closeAllConnections(),
  )
  return { bucket: store.bucket('b'), requests }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void
const refuse =
  (status: number, code: string): Answer =>
  (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`)
const slowDown = refuse(503, 'SlowDown')
const hangUp: Answer = (request) => request.socket.destroy()
const json: Answer = (_, response) => response.end('{"a": 1}')
const half: Answer = (request, response) => {
  response.writeHead(200, { 'content-length': '8' }).write('{"a"')
  setImmediate(() => request.socket.destroy())
}

test('throttling, a 500 and a connection that is closed are tried again', async () => {
  const { bucket, requests } = await bucketThat(60_000, slowDown, refuse(500, 'InternalError'), hangUp, json)
  expect(await bucket.getJson('k')).toEqual({ a: 1 })
  expect(requests).toHaveLength(4)
})

test('a body that breaks off is read again', async () => {
  const { bucket } = await bucketThat(60_000, half, half, json)
  expect(await bucket.getJson('k')).toEqual({ a: 1 })
})

test('what is refused for good is not tried again', async () => {
  const { bucket, requests } = await bucketThat(60_000, refuse(403, 'AccessDenied'))
  await expect(bucket.getJson('k')).rejects.toThrow('AccessDenied')
  expect(requests).toHaveLength(1)
})

test('nothing is tried again where the time left is too short', async () => {
  const { bucket, requests } = await bucketThat(900, slowDown)
  await expect(bucket.getJson('k')).rejects.toThrow('SlowDown')
  expect(requests).toHaveLength(1)
  let calls = 0
  const failing = async () => {
    calls++
    throw new Error('away')
  }
  await expect(retrying(failing, { isRetryable: () => true, timeLeftMs: () => 900 })).rejects.toThrow('away')
  expect(calls).toBe(1)
})

test('five attempts are enough', async () => {
  const { bucket, requests } = await bucketThat(60_000, refuse(500, 'InternalError'))
  await expect(bucket.exists('k')).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } })
  expect(requests).toHaveLength(5)
})

test('a conditional write whose answer was lost knows its own object again', async () => {
  let writer: string | string[] | undefined
  const missing = refuse(404, 'NotFound')
  const keepAndHangUp: Answer = (request) => {
    writer = request.headers['x-amz-meta-writer']
    request.socket.destroy()
  }
  const head =
    (mark: () => string | string[] | undefined): Answer =>
    (_, response) =>
      response.writeHead(200, { 'x-amz-meta-writer': mark() ?? '' }).end()
  const taken = refuse(412, 'PreconditionFailed')

  const own = await bucketThat(
    60_000,
    missing,
    keepAndHangUp,
    taken,
    head(() => writer),
  )
  expect(await own.bucket.putIfAbsent('k', 'x')).toBe(true)
  expect(own.requests).toEqual(['HEAD', 'PUT', 'PUT', 'HEAD'])

  const others = await bucketThat(
    60_000,
    missing,
    keepAndHangUp,
    taken,
    head(() => 'another'),
  )
  expect(await others.bucket.putIfAbsent('k', 'x')).toBe(false)
})
