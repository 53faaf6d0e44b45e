import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { S3ServiceException } from '@aws-sdk/client-s3'
import type { OwnedTable } from '../data/table.ts'
import { tableFromRecords } from '../data/table-from-records.ts'
import { JobError } from '../errors/job-error.ts'
import { isAuthenticationError } from '../registry/is-retryable.ts'
import type { UseRegistry } from '../registry/kept-registry.ts'
import type { Registry } from '../registry/registry.ts'
import { retrying, type TimeLeft } from '../runtime/retry.ts'
import type { Bucket } from '../storage/bucket.ts'
import { CutShort, DamagedObject } from '../storage/checked-body.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { StorageService } from '../storage/storage-service.ts'
import type { CsvOptions } from '../tabular/csv/options.ts'
import { checkFileBytes, type Limits, withinLimits } from '../tabular/limits.ts'
import { expectTable, readTable } from '../tabular/read-table.ts'
import { readDatasetPath, type StoredObject } from './dataset-path.ts'
import { findNearby, isBucketName } from './find-nearby.ts'
import { refusedObject } from './refused-object.ts'

export type Dataset = {
  readonly table: OwnedTable
  readonly warnings: readonly string[]
  /** That another dataset was taken than the path names: the most important of warnings. */
  readonly substitution?: readonly [string]
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
  sources: {
    /** Where the buckets are that a dataset's path may name. */
    store: ObjectStore
    /** Where a dataset with a bare name is looked for. */
    bucket: Bucket
    storageService?: StorageService
    useRegistry?: UseRegistry
    threads: number
    limits: Limits
    /** What the job says of a CSV file's dialect. */
    csv?: CsvOptions | null | undefined
    timeLeftMs: TimeLeft
  },
  file: string,
): Promise<Dataset> {
  const { store, useRegistry, threads, limits } = sources
  const again = <T>(fetch: () => Promise<T>, cuts?: number[]) => begunAgain(fetch, sources.timeLeftMs, cuts)
  const looked: string[] = []
  const { storageService } = sources
  const { object: named, advice } = readDatasetPath(path)
  if (storageService !== undefined && named !== undefined) {
    const source = `the storage service's ${named.bucket}/${named.key}`
    const found = await again(async () => {
      const body = await storageService.download(named.bucket, named.key)
      return typeof body === 'string' ? body : { sha256: await writeFile(body, file, limits, threads) }
    })
    if (typeof found !== 'string')
      return { ...(await readTable(file, limits, threads, sources.csv ?? {})), source, ...found }
    looked.push(`${source} (${found})`)
  }
  const objects =
    named === undefined ? ownObjects(path, sources.bucket.name) : placesOf(named, sources.bucket)
  const hint = async () => (await findNearby(store, sources.bucket, objects[0])) ?? advice
  for (const { bucket, key } of objects) {
    const source = `s3://${bucket}/${key}`
    const cuts: number[] = []
    const found = await again(async () => {
      const body = await openObject(store.bucket(bucket), key)
      return typeof body === 'string' ? body : { sha256: await writeFile(body, file, limits, threads) }
    }, cuts).catch((error: unknown) => {
      const isDamaged = error instanceof DamagedObject || (error instanceof CutShort && isOnePlace(cuts))
      throw isDamaged ? damagedObject(source, error) : error
    })
    if (typeof found !== 'string')
      return { ...(await readTable(file, limits, threads, sources.csv ?? {})), source, ...found }
    looked.push(`${source} (${found})`)
  }
  if (useRegistry === undefined) {
    looked.push('the registry (none is configured)')
  } else {
    for (const wanted of new Set([path, name])) {
      const found = await again(() =>
        useRegistry((registry) => fromRegistry(registry, wanted, file, sources)),
      )
      if (found === undefined) looked.push(`the registry's dataset ${JSON.stringify(wanted)} (not there)`)
      else {
        const read =
          'table' in found
            ? found
            : { ...(await readTable(file, limits, threads, sources.csv ?? {})), ...found }
        return isNameOf(wanted, path)
          ? read
          : { ...read, substitution: substitution(path, read.source, await hint()) }
      }
    }
  }
  throw new JobError(
    'dataset_not_found',
    `The dataset was not found; looked in ${looked.join(', ')}: ${(await hint()) ?? 'check dataset_path'}.`,
  )
}

/**
 * Begins a download again that breaks off. S3's own refusals were tried again by its client.
 *
 * @param cuts takes the places at which an object's bytes ended too early.
 */
function begunAgain<T>(fetch: () => Promise<T>, timeLeftMs: TimeLeft, cuts: number[] = []): Promise<T> {
  return retrying(fetch, {
    isRetryable(error) {
      if (error instanceof CutShort) cuts.push(error.bytes)
      return !(
        error instanceof JobError ||
        error instanceof S3ServiceException ||
        isAuthenticationError(error)
      )
    },
    timeLeftMs,
  })
}

/** A network that fails does so at one byte or another; always at the same one, the object or what lies between cuts it. */
const isOnePlace = (cuts: readonly number[]) => cuts.length >= 3 && new Set(cuts).size === 1

function damagedObject(source: string, cause: Error): JobError {
  return new JobError(
    'dataset_damaged',
    `The dataset ${source} is damaged in S3: on every attempt, ${cause.message}. Store the file again.`,
    { cause },
  )
}

/** Whether a dataset's name is the path, apart from the ending of a file's name. */
function isNameOf(name: string, path: string): boolean {
  return path === name || /^(\.(csv|tsv|txt|json|jsonl|ndjson|parquet|gz))+$/i.test(path.slice(name.length))
}

function substitution(path: string, source: string, hint: string | undefined): [string] {
  return [
    `The dataset ${JSON.stringify(path)} was not found, so the model was trained on the ${source} instead: ${hint ?? 'check dataset_path'}.`,
  ]
}

/** The table of a dataset's documents; or, with its GridFS file written to `file`, what is left to say of it. */
async function fromRegistry(
  registry: Registry,
  name: string,
  file: string,
  sources: Pick<Parameters<typeof loadDataset>[2], 'store' | 'bucket' | 'limits' | 'threads'>,
): Promise<Dataset | { source: string; sha256: string } | undefined> {
  const { limits, threads } = sources
  const found = await registry.findDataset(name)
  if (found === undefined) return undefined
  if (found.kind === 'object') return fromObject(name, found.path, file, sources)
  if (found.kind === 'documents') return fromDocuments(found.documents, `registry collection ${name}`, limits)
  try {
    return {
      source: `registry dataset ${name} (GridFS)`,
      sha256: await writeFile(found.bytes, file, limits, threads),
    }
  } catch (error) {
    if (!(error instanceof Error && error.name === 'DamagedFile')) throw error
    throw new JobError(
      'dataset_damaged',
      `The registry's dataset ${JSON.stringify(name)} is damaged in GridFS: ${error.message}. Store the file again.`,
      { cause: error },
    )
  }
}

/** The object that the registry's document of a dataset names. */
async function fromObject(
  name: string,
  path: string,
  file: string,
  { store, bucket: own, limits, threads }: Parameters<typeof fromRegistry>[3],
): Promise<{ source: string; sha256: string }> {
  const { object } = readDatasetPath(path)
  const looked: string[] = []
  for (const { bucket, key } of object === undefined ? [] : placesOf(object, own)) {
    const body = await openObject(store.bucket(bucket), key)
    const source = `s3://${bucket}/${key}`
    if (typeof body !== 'string') return { source, sha256: await writeFile(body, file, limits, threads) }
    looked.push(`${source} (${body})`)
  }
  throw new JobError(
    'dataset_not_found',
    `The registry's dataset ${JSON.stringify(name)} has the minio_path ${JSON.stringify(path)}, and there is nothing${looked.length > 0 ? `; looked in ${looked.join(', ')}` : ''}: store the file there, or correct the document.`,
  )
}

/** The original's bucket `datasets` is a folder of the worker's own bucket, too. */
function placesOf(object: StoredObject, own: Bucket): StoredObject[] {
  if (object.bucket !== 'datasets') return [object]
  return [object, { bucket: own.name, key: `datasets/${object.key}` }]
}

/** The objects that a bare name may mean, in the order in which they are tried. */
function ownObjects(name: string, artifactBucket: string): StoredObject[] {
  const plain = name.replace(/^s3[an]?:\/\//i, '')
  return [`datasets/${plain}`, `datasets/${plain}.csv`].map((key) => ({ bucket: artifactBucket, key }))
}

/** The object's bytes, or why there are none. */
async function openObject(bucket: Bucket, key: string): Promise<AsyncIterable<Buffer> | string> {
  if (!isBucketName(bucket.name)) return 'not a bucket name'
  try {
    return (await bucket.checkedStream(key)) ?? 'not there'
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    const mentionsKey = error instanceof Error && /kms/i.test(error.message)
    if ((name === 'AccessDenied' && !mentionsKey) || name === 'Forbidden') {
      return 'not there, or the worker may not read it'
    }
    if (name === 'InvalidBucketName') return 'not a bucket name'
    if (name === 'KeyTooLongError' || name === 'InvalidURI') return 'not a key'
    throw refusedObject(error, `s3://${bucket.name}/${key}`) ?? error
  }
}

/** Writes a dataset's bytes to a local file. Returns their hash. Throws JobError for more of them than the limit. */
async function writeFile(
  body: AsyncIterable<Buffer>,
  file: string,
  limits: Limits,
  threads: number,
): Promise<string> {
  const hash = createHash('sha256')
  let bytes = 0
  async function* hashed(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      bytes += chunk.length
      checkFileBytes(bytes, limits)
      expectTable(bytes, threads)
      hash.update(chunk)
      yield chunk
    }
  }
  try {
    await pipeline(body, hashed, createWriteStream(file))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    throw new JobError(
      'disk_full',
      `The dataset does not fit on the worker's disk, which was full after ${Math.floor(bytes / 2 ** 20)} MiB: send a smaller or a compressed file, or have the function's ephemeral storage raised.`,
      { cause: error },
    )
  }
  return hash.digest('hex')
}

async function fromDocuments(
  documents: AsyncIterable<Record<string, unknown>>,
  source: string,
  limits: Limits,
): Promise<Dataset> {
  const hash = createHash('sha256')
  async function* hashed() {
    for await (const document of documents) {
      hash.update(`${JSON.stringify(document)}\n`)
      yield document
    }
  }
  const table = await tableFromRecords(withinLimits(hashed(), limits, (n) => `Document ${n} of the dataset`))
  return { table, warnings: [], source, sha256: hash.digest('hex') }
}
