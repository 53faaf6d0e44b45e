/** What S3 says of an object is compared with its bytes. */
import { createHash } from 'node:crypto'
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

const body = 'a,b\n1,2\n'
const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64')

async function read(headers: Record<string, string>): Promise<string> {
  const server = createServer((_, response) => response.writeHead(200, headers).end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  const store = connectObjectStore({ endpoint: `http://127.0.0.1:${address.port}` })
  closers.push(
    () => store.close(),
    () => server.close(),
    () => server.closeAllConnections(),
  )
  const stream = await store.bucket('b').checkedStream('k')
  if (stream === undefined) throw new Error('There is no object.')
  return String(await buffer(stream))
}

test.each<[string, Record<string, string>]>([
  ['nothing', {}],
  ['an ETag that is the md5', { etag: `"${md5(body)}"` }],
  ['an ETag of several parts', { etag: `"${md5('other')}-2"` }],
  [
    'an ETag of an object with a KMS key',
    { etag: `"${md5('other')}"`, 'x-amz-server-side-encryption': 'aws:kms' },
  ],
  ['its sha256', { 'x-amz-checksum-sha256': sha256(body) }],
])('an object of which S3 says %s is read', async (_, headers) => {
  expect(await read(headers)).toBe(body)
})

test.each<[string, Record<string, string>, RegExp]>([
  ['md5', { etag: `"${md5('other')}"` }, /its md5 is not its ETag/],
  [
    'md5 beside S3’s own encryption',
    { etag: `"${md5('other')}"`, 'x-amz-server-side-encryption': 'AES256' },
    /its md5 is not its ETag/,
  ],
  ['sha256', { 'x-amz-checksum-sha256': sha256('other') }, /Checksum mismatch/],
])('an object with another %s than S3 says is damaged', async (_, headers, message) => {
  await expect(read(headers)).rejects.toMatchObject({
    name: 'DamagedBytes',
    message: expect.stringMatching(message),
  })
})
