/** The base image pinned by digest, from a registry on this machine that asks for a token as public.ecr.aws does. */
import { hash } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { pinBase } from '../../scripts/pin-base.ts'

const dockerfile = join(import.meta.dirname, '..', '..', 'functions', 'train', 'Dockerfile')
const TAG = '/v2/lambda/nodejs/manifests/24'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const indexFor = (...processors: string[]) =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: processors.map((architecture) => ({ platform: { architecture, os: 'linux' } })),
  })

let folder: string
let file: string
let address: string
/** What the registry has. */
let answers: { manifest: string; told: string | undefined; token: string }
const server = createServer((request, response) => {
  const { manifest, told, token } = answers
  const { pathname, searchParams } = new URL(request.url ?? '/', address)
  if (pathname === '/token/')
    return end(response, 200, {}, JSON.stringify(searchParams.get('scope') === 'aws' ? { token } : {}))
  if (request.headers.authorization !== 'Bearer of-nobody') {
    const challenge = `Bearer realm="${address}/token/",service="public.ecr.aws",scope="aws"`
    return end(response, 401, { 'www-authenticate': challenge }, '{"errors":[]}')
  }
  if (pathname !== TAG || !request.headers.accept?.includes(INDEX)) return end(response, 404, {}, '{}')
  const headers = { 'content-type': INDEX, ...(told === undefined ? {} : { 'docker-content-digest': told }) }
  end(response, 200, headers, manifest)
})
function end(response: ServerResponse, status: number, headers: Record<string, string>, body: string): void {
  response.writeHead(status, headers).end(body)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  address = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`
})
beforeEach(async () => {
  const manifest = indexFor('amd64', 'arm64')
  answers = { manifest, told: `sha256:${hash('sha256', manifest)}`, token: 'of-nobody' }
  file = join(folder, 'Dockerfile')
  await copyFile(dockerfile, file)
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await rm(folder, { recursive: true })
})
const pin = () => pinBase(file, () => address)
const stages = async () =>
  (await readFile(file, 'utf8')).split('\n').filter((line) => line.startsWith('FROM '))

test('pins every FROM of the base to the digest that its tag has, and pinned again changes nothing', async () => {
  const before = await readFile(file, 'utf8')
  const { told } = answers
  const image = `public.ecr.aws/lambda/nodejs:24@${told}`
  expect(await pin()).toEqual([image])
  expect(await stages()).toEqual([
    `FROM --platform=$BUILDPLATFORM ${image} AS build`,
    `FROM --platform=$BUILDPLATFORM ${image} AS packages`,
    `FROM ${image}`,
  ])
  const pinned = await readFile(file, 'utf8')
  // Nothing else of the file is touched.
  expect(pinned.replaceAll(`@${told}`, '')).toBe(before.replaceAll(/@sha256:\w+/g, ''))
  await pin()
  expect(await readFile(file, 'utf8')).toBe(pinned)
})

test('a tag that moved is pinned anew', async () => {
  const [first] = await pin()
  answers = { ...answers, manifest: indexFor('amd64', 'arm64', 'riscv64'), told: undefined }
  const [second] = await pin()
  expect(second).toMatch(/^public\.ecr\.aws\/lambda\/nodejs:24@sha256:[0-9a-f]{64}$/)
  expect(second).not.toBe(first)
  expect((await stages()).every((line) => line.includes(second))).toBe(true)
})

test.each([
  ['an image for one processor', { manifest: indexFor('amd64'), told: undefined }, /no image for arm64/],
  ['a digest that is not the body’s', { told: `sha256:${'0'.repeat(64)}` }, /the registry says sha256:0000/],
  ['no token', { token: 'another' }, /answers 401/],
])('%s is refused, and the file stays as it is', async (_, changes, sentence) => {
  answers = { ...answers, ...changes }
  await expect(pin()).rejects.toThrow(sentence)
  expect(await readFile(file, 'utf8')).toBe(await readFile(dockerfile, 'utf8'))
})
