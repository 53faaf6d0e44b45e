import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startAws } from '../../../local/aws.ts'
import { startMongo } from '../../../local/mongo/server.ts'
import type { Chaos } from './faults.ts'
import { startHttpProxy } from './http-proxy.ts'
import { type Certificate, startMongoProxy } from './mongo-proxy.ts'
import type { Options } from './options.ts'

/** The servers as they are, and as the worker sees them: through the proxies. */
export type FaultyServers = {
  readonly awsUrl: string
  readonly mongoUrl: string
  readonly proxiedAwsUrl: string
  readonly proxiedMongoUrl: string
}

/**
 * Starts S3, SQS and MongoDB, each where no other is given, and proxies before them.
 *
 * @param pids the processes whose calls are told apart.
 * @param resources takes what must be closed.
 */
export async function startFaultyServers(
  options: Options,
  directory: string,
  chaos: Chaos,
  pids: () => readonly number[],
  resources: AsyncDisposableStack,
): Promise<FaultyServers> {
  const awsUrl = options.aws ?? (await ownAws(directory, resources))
  const mongoUrl = options.mongo ?? (await ownMongo(directory, resources))
  const http = resources.adopt(await startHttpProxy(awsUrl, chaos, pids), (http) => http.close())
  const { hostname: host, port } = new URL(mongoUrl)
  const upstream = { host, port: Number(port), certificate: await readCertificate(options) }
  const mongo = resources.adopt(await startMongoProxy(upstream, chaos, pids), (mongo) => mongo.close())
  const proxied = new URL(mongoUrl)
  proxied.port = String(mongo.port)
  return { awsUrl, mongoUrl, proxiedAwsUrl: http.url, proxiedMongoUrl: proxied.href }
}

async function ownAws(directory: string, resources: AsyncDisposableStack): Promise<string> {
  const aws = resources.adopt(await startAws(join(directory, 'aws')), (aws) => aws.close())
  return aws.endpoint
}

async function ownMongo(directory: string, resources: AsyncDisposableStack): Promise<string> {
  const started = await startMongo({ directory: join(directory, 'mongo') })
  const mongo = resources.adopt(started, (mongo) => mongo.close())
  return `${mongo.url}/`
}

async function readCertificate({ certificate, key }: Options): Promise<Certificate | undefined> {
  if (certificate === undefined || key === undefined) return undefined
  return { cert: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') }
}
