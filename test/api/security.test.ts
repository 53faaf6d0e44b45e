/** What the API of this machine refuses: other sites' pages, paths that leave a folder, and clients that take too much. */
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
let port: number
beforeAll(async () => {
  worker = await testStack({
    runJobs: false,
    api: {
      port: 0,
      limits: { uploadBytes: 100_000, predictionBytes: 1000, requestsPerSecond: 50, burst: 200 },
      timeouts: { head: 400, request: 800 },
    },
  })
  port = Number(new URL(worker.stack.apiUrl ?? '').port)
})
afterAll(() => worker.close())

type Options = { method?: string; headers?: Record<string, string>; body?: string }

/** As node:http sends it: fetch sets Host and Sec-Fetch-Site itself. */
async function ask(path: string, { method = 'GET', headers = {}, body }: Options = {}) {
  const sent = request({ host: '127.0.0.1', port, path, method, headers })
  sent.end(body)
  const [response] = await once(sent, 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

describe('a page of another site', () => {
  test.each([
    ['whose name points here (DNS rebinding)', { host: 'evil.example:80' }, 421],
    ['whose name begins like ours', { host: '127.0.0.1.evil.example' }, 421],
    ['that says so in Origin', { origin: 'https://evil.example' }, 403],
    ['of another port of this machine', { origin: 'http://127.0.0.1:1' }, 403],
    ['in a sandbox', { origin: 'null' }, 403],
    ['that embeds an address as an image', { 'sec-fetch-site': 'cross-site' }, 403],
    ['of the same site, but another origin', { 'sec-fetch-site': 'same-site' }, 403],
  ])('%s gets nothing', async (_, headers, status) => {
    for (const path of ['/health', '/metrics', '/api/v1/jobs', '/openapi.json']) {
      const answer = await ask(path, { headers })
      expect(answer.status).toBe(status)
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  test('changes nothing by a form, or by a body that needs no leave (CSRF)', async () => {
    const body = '{"job_id":"forged","algorithm":"svm","dataset_path":"iris"}'
    for (const path of ['/train', '/api/v1/jobs', '/api/v1/dead-letters/redrive']) {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        const { status } = await ask(path, { method: 'POST', headers: { 'content-type': type }, body })
        // The original answers so.
        expect(status).toBe(path === '/train' ? 500 : 415)
      }
    }
    expect((await ask('/api/v1/jobs/forged')).status).toBe(404)
  })

  test('gets no answer to a preflight request', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'DELETE' }
    const answer = await ask('/api/v1/datasets/iris.csv', { method: 'OPTIONS', headers })
    expect(answer.status).toBe(403)
  })
})

test.each<Record<string, string>>([
  { host: 'localhost:9999' },
  { 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'none' },
])('the API answers programs and pages of its own: %o', async (headers) => {
  expect((await ask('/health', { headers })).status).toBe(200)
})

describe('a path that leaves its folder', () => {
  test.each([
    '/api/v1/datasets/..%2F..%2Fjobs%2Fx%2Fresult.json/preview',
    '/api/v1/datasets/%2e%2e/preview',
    '/api/v1/datasets/.hidden/preview',
    '/api/v1/jobs/..%2Fx',
    '/api/v1/jobs/a%2Fb/progress',
    '/api/v1/models/000000000000000000000000/files/..%2Fmanifest.json',
    '/api/v1/models/..%2F..%2Fjobs/files/model.onnx',
    '/api/v1/../../etc/passwd',
  ])('%s is refused', async (path) => {
    expect([400, 404]).toContain((await ask(path)).status)
  })

  test('is refused in an upload, and nothing is stored', async () => {
    const headers = { 'content-type': 'application/octet-stream' }
    const path = '/api/v1/datasets/..%2Fjobs%2Fx%2Fresult.json'
    expect((await ask(path, { method: 'PUT', headers, body: 'a\n1\n' })).status).toBe(400)
    expect(await worker.bucket.exists('jobs/x/result.json')).toBe(false)
  })
})

describe('a body that is too large', () => {
  const json = { 'content-type': 'application/json' }
  test.each([
    ['/train', 'POST', json, 300_000],
    ['/api/v1/jobs', 'POST', json, 300_000],
    ['/api/v1/models/m/predictions', 'POST', json, 1001],
    ['/api/v1/datasets/large.csv', 'PUT', { 'content-type': 'application/octet-stream' }, 100_001],
  ])('for %s is refused, with its length or in chunks', async (path, method, headers, bytes) => {
    const body = 'x'.repeat(bytes)
    const withLength = { ...headers, 'content-length': String(bytes) }
    expect((await ask(path, { method, headers: withLength, body })).status).toBe(413)
    const chunked = { ...headers, 'transfer-encoding': 'chunked' }
    expect((await ask(path, { method, headers: chunked, body })).status).toBe(413)
    expect(await worker.bucket.exists('datasets/large.csv')).toBe(false)
  })
})

describe('a slow client', () => {
  async function closedAfter(first: string, then?: string): Promise<string> {
    const socket = connect(port, '127.0.0.1')
    socket.write(first)
    const timer = then && setInterval(() => socket.write(then), 100)
    try {
      return await Promise.race([text(socket), sleep(5000, 'open')])
    } catch {
      return 'reset'
    } finally {
      clearInterval(timer)
      socket.destroy()
    }
  }

  test('that sends the head of a request bit by bit is cut off', async () => {
    expect(await closedAfter('GET /health HTTP/1.1\r\nHost: localhost\r\n', 'X-A: b\r\n')).not.toBe('open')
  })

  test('that sends a body bit by bit is cut off', async () => {
    const head =
      'PUT /api/v1/datasets/slow.csv HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\n'
    expect(await closedAfter(head, 'a')).not.toBe('open')
    expect(await worker.bucket.exists('datasets/slow.csv')).toBe(false)
  })

  test('leaves the API to others', async () => {
    expect((await ask('/health')).status).toBe(200)
  })
})

test('more requests than the limit are refused for a moment', async () => {
  let refused: Awaited<ReturnType<typeof ask>> | undefined
  // A slow machine needs several waves to be faster than the limit.
  for (let wave = 0; wave < 10 && refused === undefined; wave++) {
    const answers = await Promise.all(Array.from({ length: 300 }, () => ask('/algorithms')))
    refused = answers.find(({ status }) => status === 429)
  }
  expect(refused?.headers['retry-after']).toBe('1')
  await sleep(1000)
  expect((await ask('/health')).status).toBe(200)
})

test('answers say what browsers shall not guess, cache or share', async () => {
  expect((await ask('/api/v1/health')).headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-cache',
  })
})
