import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Table } from '../data/table.ts'
import { tableFromRecords } from '../data/table-from-records.ts'
import { JobError } from '../errors.ts'
import type { Registry } from '../registry/registry.ts'
import { readTable } from '../tabular/read-table.ts'
import type { ObjectStore } from './object-store.ts'
import type { StorageService } from './storage-service.ts'

export type Dataset = {
  readonly table: Table
  readonly warnings: readonly string[]
  /** s3://bucket/key, or which part of the registry. */
  readonly source: string
  /** Of the file's bytes; for documents, of their JSON lines. */
  readonly sha256: string
}

/**
 * Finds a dataset and reads it: in the original's storage service where one is set, then in the object store, then in
 * the registry, as a CSV in GridFS or as the documents of a collection.
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
    storageService?: StorageService
    registry?: () => Promise<Registry>
    threads: number
  },
  file: string,
): Promise<Dataset> {
  const looked: string[] = []
  const { storageService } = places
  const named = bucketAndKey(path)
  if (storageService !== undefined && named !== undefined) {
    const source = `the storage service's ${named.bucket}/${named.key}`
    const body = await storageService.download(named.bucket, named.key)
    if (body instanceof Readable) return fromFile(body, source, file, places.threads)
    looked.push(`${source} (${body})`)
  }
  const objects = named === undefined ? ownObjects(path, places.artifactBucket) : [named]
  for (const { bucket, key } of objects) {
    const source = `s3://${bucket}/${key}`
    const body = await openObject(places.store, bucket, key)
    if (body instanceof Readable) return fromFile(body, source, file, places.threads)
    looked.push(`${source} (${body})`)
  }
  if (places.registry === undefined) {
    looked.push('the registry (none is configured)')
  } else {
    const registry = await places.registry()
    for (const wanted of new Set([path, name])) {
      const found = await registry.findDataset(wanted)
      if (found?.kind === 'file')
        return fromFile(found.stream, `registry dataset ${wanted} (GridFS)`, file, places.threads)
      if (found?.kind === 'documents') return fromDocuments(found.documents, `registry collection ${wanted}`)
      looked.push(`the registry's dataset ${JSON.stringify(wanted)} (not there)`)
    }
  }
  throw new JobError(`The dataset was not found; looked in ${looked.join(', ')}: check dataset_path.`)
}

type StoredObject = { readonly bucket: string; readonly key: string }

/** What `s3://bucket/key` or `bucket/key` says; undefined for a bare name. */
function bucketAndKey(path: string): StoredObject | undefined {
  const plain = path.replace(/^s3:\/\//, '')
  const slash = plain.indexOf('/')
  if (slash <= 0 || slash === plain.length - 1) return undefined
  return { bucket: plain.slice(0, slash), key: plain.slice(slash + 1) }
}

/** The objects that a bare name may mean, in the order in which they are tried. */
function ownObjects(name: string, artifactBucket: string): StoredObject[] {
  const plain = name.replace(/^s3:\/\//, '')
  return [`datasets/${plain}`, `datasets/${plain}.csv`].map((key) => ({ bucket: artifactBucket, key }))
}

/** The object's bytes, or why there are none. */
async function openObject(store: ObjectStore, bucket: string, key: string): Promise<Readable | string> {
  try {
    return (await store.stream(bucket, key)) ?? 'not there'
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    if (name === 'AccessDenied' || name === 'Forbidden') return 'not there, or the worker may not read it'
    if (name === 'InvalidBucketName') return 'not a bucket name'
    throw error
  }
}

async function fromFile(body: Readable, source: string, file: string, threads: number): Promise<Dataset> {
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform(chunk, _, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  await pipeline(body, hashing, createWriteStream(file))
  return { ...(await readTable(file, undefined, threads)), source, sha256: hash.digest('hex') }
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
