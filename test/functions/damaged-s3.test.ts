/** Objects whose bytes do not arrive as S3 has them, because something between cuts or changes them. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FunctionHost, startFunction } from '../../local/lambda/function-host.ts'
import { parityCsv } from '../support/parity-set.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let worker: TestStack
let proxy: Server
let train: FunctionHost
const csv = readFileSync(parityCsv('iris'))
/** How often the bytes of each object were asked for. */
const requests = new Map<string, number>()

/** What arrives of an object's bytes; fewer of them: the connection is closed there. */
function arriving(name: string, nth: number, bytes: Buffer): Buffer {
  const half = bytes.subarray(0, bytes.length / 2)
  if (name === 'always-cut.csv' || (name === 'cut-twice.csv' && nth <= 2)) return half
  if (name === 'cut-anywhere.csv') return bytes.subarray(0, 100 * nth)
  const changed = Buffer.from(bytes)
  changed[changed.length >> 1] ^= 1
  return name === 'changed.csv' || (name === 'changed-once.csv' && nth === 1) ? changed : bytes
}

beforeAll(async () => {
  worker = await testStack({ runJobs: false })
  const { hostname, port } = new URL(worker.stack.environment.AWS_ENDPOINT_URL)
  proxy = createServer(async (incoming, response) => {
    const { method, url = '', headers } = incoming
    const outgoing = request({ hostname, port, method, path: url, headers })
    outgoing.on('response', async (answer) => {
      const bytes = await buffer(answer)
      const name = /\/faulty\/([\w-]+\.csv)/.exec(url)?.[1]
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      if (name === undefined || method !== 'GET') return response.end(bytes)
      const nth = (requests.get(name) ?? 0) + 1
      requests.set(name, nth)
      const arrives = arriving(name, nth, bytes)
      if (arrives.length === bytes.length) return response.end(arrives)
      return response.write(arrives, () => setTimeout(() => incoming.socket.destroy(), 20))
    })
    outgoing.end(await buffer(incoming))
  })
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening))
  const address = proxy.address()
  const own = address !== null && typeof address === 'object' ? address.port : 0
  train = startFunction({
    name: 'train',
    handler: 'functions/train/handler.handler',
    root: process.cwd(),
    environment: {
      ...worker.stack.environment,
      PATH: process.env.PATH ?? '',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${own}`,
    },
    timeoutSeconds: 120,
    memoryMb: 3008,
    concurrency: 1,
    onLine: (line) => worker.logs.push(line),
  })
})
afterAll(async () => {
  await train.close()
  proxy.closeAllConnections()
  proxy.close()
  await worker.close()
})

async function attempt(name: string): Promise<{ answer: unknown; job_id: string }> {
  await worker.bucket.put(`datasets/faulty/${name}`, csv)
  const job_id = randomUUID()
  const dataset_path = `s3://${worker.bucket.name}/datasets/faulty/${name}`
  const body = JSON.stringify({ job_id, algorithm: 'decision_tree', dataset_path })
  const attributes = { ApproximateReceiveCount: '1' }
  const record = { messageId: 'm', receiptHandle: 'r', eventSource: 'aws:sqs', body, attributes }
  return { answer: await train.invoke({ Records: [record] }), job_id }
}

test.each([
  ['cut at the same byte every time', 'always-cut.csv', /its bytes end after \d+ of \d+/],
  ['changed every time', 'changed.csv', /its md5 is not its ETag/],
])(
  'an object that is %s ends as dataset_damaged at once',
  async (_, name, reason) => {
    const { answer, job_id } = await attempt(name)
    expect(answer).toEqual({ batchItemFailures: [] })
    expect(await worker.resultOf(job_id)).toMatchObject({
      status: 'failed',
      error_code: 'dataset_damaged',
      error: expect.stringMatching(reason),
    })
    expect(requests.get(name)).toBe(5)
  },
  120_000,
)

test.each(['cut-twice.csv', 'changed-once.csv'])(
  '%s is read again, and trains',
  async (name) => {
    const { job_id } = await attempt(name)
    expect(await worker.resultOf(job_id)).toMatchObject({ status: 'completed' })
  },
  120_000,
)

test('an object that is cut here and there is retried, as the network fails', async () => {
  const { answer } = await attempt('cut-anywhere.csv')
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm' }] })
}, 120_000)
