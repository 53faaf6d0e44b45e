/** An S3 that refuses: what a job is told, and what is tried again. */

import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fetchDataset } from '../../shared/datasets/fetch-dataset.ts'
import { loadDataset } from '../../shared/datasets/load-dataset.ts'
import { JobError } from '../../shared/errors/job-error.ts'
import { connectObjectStore } from '../../shared/storage/object-store.ts'
import { limitsFor } from '../../shared/tabular/limits.ts'

let folder: string
const closers: (() => void)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterEach(async () => {
  for (const close of closers.splice(0)) close()
  await rm(folder, { recursive: true })
})

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** Loads s3://lake/data.csv from a server that answers every GET of the object so. */
async function load(answer: Answer, file = join(folder, 'dataset')) {
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/lake/data.csv') && request.method === 'GET') answer(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  const endpoint = `http://127.0.0.1:${address.port}`
  const store = connectObjectStore({ endpoint, region: 'us-east-1', timeLeftMs: () => 1000 })
  closers.push(
    () => store.close(),
    () => server.close(),
    () => server.closeAllConnections(),
  )
  const limits = limitsFor(2 ** 30)
  const sources = { store, bucket: store.bucket('own'), threads: 1, limits, timeLeftMs: () => 1000 }
  const fetched = await fetchDataset('s3://lake/data.csv', 'data', sources, file)
  return { ...fetched, ...(await loadDataset(fetched, sources, `${file}-table`)) }
}

const refuse =
  (status: number, code: string, message: string, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/xml', ...headers })
      .end(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`)

test.each([
  [
    403,
    'InvalidObjectState',
    'The operation is not valid for the object’s storage class',
    /archived.*restore it/,
  ],
  [400, 'KMS.DisabledException', 'arn:aws:kms:… is disabled.', /KMS key.*kms:Decrypt/],
  [
    403,
    'AccessDenied',
    'User: arn:aws:sts::1:assumed-role/w is not authorized to perform: kms:Decrypt on the resource',
    /KMS key.*kms:Decrypt/,
  ],
  [403, 'AllAccessDisabled', 'All access to this object has been disabled', /account is disabled/],
  [301, 'PermanentRedirect', 'The bucket must be addressed otherwise', /another region/],
  [400, 'AuthorizationHeaderMalformed', 'the region is wrong; expecting eu-west-1', /another region/],
  [400, 'IllegalLocationConstraintException', 'The eu-west-1 location is incompatible', /another region/],
  [400, 'InvalidRequest', 'The object was stored using a form of SSE', /made readable for the worker/],
])('%i %s is a permanent error with its code and what to do', async (status, code, message, remedy) => {
  const error = await load(refuse(status, code, message)).catch((error: unknown) => error)
  if (!(error instanceof JobError)) throw error
  expect(error.code).toBe('dataset_refused')
  expect(error.message).toMatch(/^The dataset s3:\/\/lake\/data\.csv cannot be read, as S3 refuses it \(/)
  expect(error.message).toContain(`(${status} ${code}: ${message.replace(/\.$/, '')})`)
  expect(error.message).toMatch(remedy)
})

test.each([
  [503, 'SlowDown'],
  [500, 'InternalError'],
  [429, 'TooManyRequestsException'],
  [408, 'RequestTimeout'],
  [400, 'RequestTimeout'],
  [400, 'ThrottlingException'],
  [400, 'ExpiredToken'],
  [403, 'RequestTimeTooSkewed'],
])('%i %s may pass: the message is delivered again', async (status, code) => {
  await expect(load(refuse(status, code, 'later'))).rejects.toMatchObject({ name: code })
})

test('an object that the worker may not read is looked for elsewhere, and said to be out of reach', async () => {
  await expect(load(refuse(403, 'AccessDenied', 'Access Denied'))).rejects.toMatchObject({
    code: 'dataset_not_found',
    message: expect.stringContaining('s3://lake/data.csv (not there, or the worker may not read it)'),
  })
})

test('a dataset in another region is read from there', async () => {
  const regions: string[] = []
  const { table } = await load((request, response) => {
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? ''
    regions.push(region)
    if (region === 'eu-west-1') response.end('a,y\n1,2\n')
    else {
      const headers = { 'x-amz-bucket-region': 'eu-west-1' }
      refuse(301, 'PermanentRedirect', 'The bucket is elsewhere', headers)(request, response)
    }
  })
  expect(table.rows).toBe(1)
  expect(regions).toEqual(['us-east-1', 'eu-west-1'])
})

test.runIf(existsSync('/dev/full'))('a full disk is a permanent error', async () => {
  await expect(load((_, response) => response.end('a,y\n1,2\n'), '/dev/full')).rejects.toMatchObject({
    code: 'disk_full',
    message: expect.stringMatching(
      /^The dataset does not fit on the worker's disk, which was full after 0 MiB/,
    ),
  })
})
