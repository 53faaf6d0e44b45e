import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { S3ServiceException } from '@aws-sdk/client-s3'
import type { Table } from '../data/table.ts'
import { tableFromRecords } from '../data/table-from-records.ts'
import { JobError } from '../errors.ts'
import type { Registry } from '../registry/registry.ts'
import { retrying, type TimeLeft } from '../retry.ts'
import { readTable } from '../tabular/read-table.ts'
import type { ObjectStore } from './object-store.ts'

export type Dataset = {
  readonly table: Table
  readonly warnings: readonly string[]
  /** s3://bucket/key, or which part of the registry. */
  readonly source: string
  /** Of the file's bytes; for documents, of their JSON lines. */
  readonly sha256: string
}

/**
 * Finds a dataset and reads it: first in the object store, then in the registry, as a CSV in GridFS or as the documents
 * of a collection.
 *
 * @param path `s3://bucket/key` or `bucket/key`; a bare name is looked up under `datasets/` in the artifact bucket.
 * @param file a local path where the dataset's bytes may be put.
 * @throws JobError when it is nowhere (the sentence says where it was looked for), or is no table.
 */
export async function loadDataset(
  path: string,
  name: string,
  places: {
    store: ObjectStore
    artifactBucket: string
    registry?: () => Promise<Registry>
    threads: number
    timeLeftMs: TimeLeft
  },
  file: string,
): Promise<Dataset> {
  const { store, artifactBucket, registry, threads } = places
  // A download that breaks off is begun again; S3's own refusals were tried again by its client.
  const mayPass = (error: unknown) => !(error instanceof JobError || error instanceof S3ServiceException)
  const again = <T>(fetch: () => Promise<T>) => retrying(fetch, { mayPass, timeLeftMs: places.timeLeftMs })

  const looked: string[] = []
  for (const { bucket, key } of objectsFor(path, artifactBucket)) {
    const source = `s3://${bucket}/${key}`
    const found = await again(async () => {
      const body = await openObject(store, bucket, key)
      return typeof body === 'string' ? body : { sha256: await writeFile(body, file) }
    })
    if (typeof found !== 'string') return { ...(await readTable(file, undefined, threads)), source, ...found }
    looked.push(`${source} (${found})`)
  }
  if (registry === undefined) {
    looked.push('the registry (none is configured)')
  } else {
    for (const wanted of new Set([path, name])) {
      const found = await again(() => fromRegistry(registry, wanted, file))
      if (found === undefined) looked.push(`the registry's dataset ${JSON.stringify(wanted)} (not there)`)
      else if ('table' in found) return found
      else return { ...(await readTable(file, undefined, threads)), ...found }
    }
  }
  throw new JobError(`The dataset was not found; looked in ${looked.join(', ')}: check dataset_path.`)
}

/** The table of a dataset's documents; or, with its GridFS file written to `file`, what is left to say of it. */
async function fromRegistry(
  registry: () => Promise<Registry>,
  name: string,
  file: string,
): Promise<Dataset | { source: string; sha256: string } | undefined> {
  const found = await (await registry()).findDataset(name)
  if (found === undefined) return undefined
  if (found.kind === 'documents') return fromDocuments(found.documents, `registry collection ${name}`)
  return { source: `registry dataset ${name} (GridFS)`, sha256: await writeFile(found.stream, file) }
}

/** The objects that a path may mean, in the order in which they are tried. */
function objectsFor(path: string, artifactBucket: string): { bucket: string; key: string }[] {
  const plain = path.replace(/^s3:\/\//, '')
  const slash = plain.indexOf('/')
  if (slash > 0 && slash < plain.length - 1)
    return [{ bucket: plain.slice(0, slash), key: plain.slice(slash + 1) }]
  return [`datasets/${plain}`, `datasets/${plain}.csv`].map((key) => ({ bucket: artifactBucket, key }))
}

/** The object's bytes, or why there are none. */
async function openObject(store: ObjectStore, bucket: string, key: string): Promise<Readable | string> {
  // Asked only of what can be a bucket: the client takes an ARN and other text for more than a name.
  if (!/^[A-Za-z0-9][\w.-]{1,254}$/.test(bucket)) return 'not a bucket name'
  try {
    return (await store.stream(bucket, key)) ?? 'not there'
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    if (name === 'AccessDenied' || name === 'Forbidden') return 'not there, or the worker may not read it'
    if (name === 'InvalidBucketName') return 'not a bucket name'
    if (name === 'KeyTooLongError' || name === 'InvalidURI') return 'not a key'
    throw error
  }
}

/** Writes a dataset's bytes to a local file. Returns their hash. */
async function writeFile(body: Readable, file: string): Promise<string> {
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform(chunk, _, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  await pipeline(body, hashing, createWriteStream(file))
  return hash.digest('hex')
}

async function fromDocuments(
  documents: AsyncIterable<Record<string, unknown>>,
  source: string,
): Promise<Dataset> {
  const hash = createHash('sha256')
  async function* hashed() {
    for await (const document of documents) {
      hash.update(`${JSON.stringify(document)}\n`)
      yield document
    }
  }
  const table = await tableFromRecords(hashed())
  return { table, warnings: [], source, sha256: hash.digest('hex') }
}
