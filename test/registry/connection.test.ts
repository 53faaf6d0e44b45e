/**
 * How the registry is reached: with AWS credentials, with a password that changes, over TLS where retryable writes are not taken.
 *
 * @module-tag long
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, beforeAll, expect, type TestContext, test, vi } from 'vitest'
import { type FunctionHost, startFunction } from '../../local/lambda/function-host.ts'
import { startMongo } from '../../local/mongo/server.ts'
import { bundle } from '../../scripts/bundle.ts'
import { connectRegistry } from '../../shared/registry/registry.ts'
import { readConfig } from '../../shared/runtime/config.ts'
import { awsGate, documentDbGate, passwordGate } from '../support/mongo-gates.ts'
import { type TestStack, testStack } from '../support/stack.ts'

let folder: string
let stack: TestStack
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
  stack = await testStack({ runJobs: false })
  await stack.bucket.put(
    'jobs/a/result.json',
    JSON.stringify({ job_id: 'a', status: 'failed', error: 'no', error_code: 'bad_message' }),
  )
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await stack.close()
  await rm(folder, { recursive: true })
})

/** The function register with these variables, until the test is finished. */
function register(
  environment: Record<string, string>,
  { onTestFinished }: TestContext,
  where = { root: join(import.meta.dirname, '..', '..'), handler: 'functions/register/handler.handler' },
): FunctionHost {
  const { MONGODB_URL: _, ...others } = stack.stack.environment
  const host = startFunction({
    name: 'register',
    ...where,
    environment: { ...others, PATH: process.env.PATH ?? '', ...environment },
    timeoutSeconds: 60,
    memoryMb: 512,
    concurrency: 1,
    onLine: () => undefined,
  })
  onTestFinished(host.close)
  return host
}
function portOf(address: ReturnType<Server['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return address.port
}
const sweep = (host: FunctionHost) => host.invoke({ 'detail-type': 'Scheduled Event' })

const MONGODB_AWS = '/?authMechanism=MONGODB-AWS&authSource=%24external'

test('MONGODB-AWS: the driver signs in with the credentials of the environment, also temporary ones', async ({
  onTestFinished,
}) => {
  const secrets = { AKID: { secret: 'long' }, ASIA: { secret: 'short', token: 'session' } }
  const mongo = await startMongo({ gate: () => awsGate(secrets) })
  onTestFinished(mongo.close)
  const config = readConfig({ MONGODB_URL: mongo.url + MONGODB_AWS })
  async function signIn(key: string, secret: string, token: string): Promise<unknown> {
    vi.stubEnv('AWS_ACCESS_KEY_ID', key)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret)
    vi.stubEnv('AWS_SESSION_TOKEN', token)
    const registry = await connectRegistry(config)
    await registry?.listModels()
    await registry?.close()
    return registry
  }
  expect(await signIn('ASIA', 'short', 'session')).toBeDefined()
  expect(await signIn('AKID', 'long', '')).toBeDefined()
  await expect(signIn('AKID', 'wrong', '')).rejects.toThrow('Authentication failed.')
  await expect(signIn('ASIA', 'short', 'another')).rejects.toThrow('Authentication failed.')
  vi.unstubAllEnvs()
})

test('MONGODB-AWS works in the bundle, which no package lies beside', async (context) => {
  await bundle('register', folder)
  const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = stack.stack.environment
  const mongo = await startMongo({ gate: () => awsGate({ [key]: { secret } }) })
  context.onTestFinished(mongo.close)
  const where = { root: join(folder, 'register'), handler: 'index.handler' }
  const host = register({ MONGODB_URL: mongo.url + MONGODB_AWS }, context, where)
  expect(await sweep(host)).toMatchObject({ registered: 1, done: true })
})

test('a password that is changed is noticed by a warm function: the secret is fetched again', async (context) => {
  let password = 'first'
  let fetches = 0
  let port = 0
  const secrets = createServer((_, response) => {
    fetches++
    const url = `mongodb://tensorfleet:${password}@127.0.0.1:${port}/?authMechanism=PLAIN&authSource=%24external`
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    response.end(JSON.stringify({ Name: 'mongo', SecretString: url }))
  })
  await new Promise<void>((resolve) => secrets.listen(0, '127.0.0.1', resolve))
  const secretsPort = portOf(secrets.address())
  context.onTestFinished(() => {
    secrets.close()
    secrets.closeAllConnections()
  })
  const gate = () => passwordGate(() => password)
  const directory = join(folder, 'mongo')
  let mongo = await startMongo({ directory, gate })
  port = mongo.port
  context.onTestFinished(() => mongo.close())
  const host = register(
    {
      MONGODB_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mongo-AbCdEf',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${secretsPort}`,
    },
    context,
  )
  expect(await sweep(host)).toMatchObject({ registered: 1, done: true })
  expect(await sweep(host)).toMatchObject({ registered: 0, done: true })
  expect(fetches).toBe(1)
  password = 'second'
  // The connections that are open stay so: it shows at the next one.
  await mongo.close()
  mongo = await startMongo({ directory, port, gate })
  expect(await sweep(host)).toMatchObject({ registered: 0, done: true })
  expect(fetches).toBe(2)
  expect(host.pids()).toHaveLength(1)
})

test('a server like Amazon DocumentDB: its CA by a setting, retryWrites=false in the connection string', async ({
  onTestFinished,
}) => {
  const pem = (name: string) => join(folder, name)
  const name = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-keyout', pem('key.pem'), '-out', pem('ca.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  execFileSync('openssl', ['req', '-x509', ...kind, '-nodes', '-days', '2', ...name, ...files], {
    stdio: 'ignore',
  })
  let host = ''
  const mongo = await startMongo({ gate: () => documentDbGate(() => host) })
  onTestFinished(mongo.close)
  const certificate = { key: await readFile(pem('key.pem')), cert: await readFile(pem('ca.pem')) }
  const tls = createTlsServer(certificate, (socket) => {
    const upstream = connect(mongo.port, '127.0.0.1')
    socket.pipe(upstream).pipe(socket)
    socket.on('error', () => upstream.destroy())
    upstream.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    tls.close()
  })
  host = `127.0.0.1:${portOf(tls.address())}`
  async function write(options: string, ca?: string): Promise<void> {
    const config = readConfig({
      MONGODB_URL: `mongodb://${host}/?tls=true${options}`,
      MONGODB_TLS_CA_FILE: ca,
    })
    const registry = await connectRegistry(config)
    try {
      await registry?.db.collection('jobs').insertOne({ written: true })
    } finally {
      await registry?.close()
    }
  }
  await expect(write('&replicaSet=rs0&retryWrites=false')).rejects.toThrow(/self.signed|certificate/i)
  await expect(write('&replicaSet=rs0', pem('ca.pem'))).rejects.toThrow(
    /[Rr]etryable writes are not supported|does not support retryable writes/,
  )
  await write('&replicaSet=rs0&retryWrites=false', pem('ca.pem'))
})
