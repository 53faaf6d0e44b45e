import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { S3ServiceException } from '@aws-sdk/client-s3'
import type { OwnedTable } from '../data/table.ts'
import { tableFromRecords } from '../data/table-from-records.ts'
import { JobError } from '../errors/job-error.ts'
import type { UseRegistry } from '../registry/cached-registry.ts'
import { isAuthenticationError } from '../registry/is-retryable.ts'
import type { Registry } from '../registry/registry.ts'
import { retrying, type TimeLeft } from '../runtime/retry.ts'
import type { Bucket } from '../storage/bucket.ts'
import { CutShort, DamagedBytes } from '../storage/checked-body.ts'
import { datasetKey } from '../storage/keys.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { StorageService } from '../storage/storage-service.ts'
import { checkFileBytes, type Limits, withinLimits } from '../tabular/limits.ts'
import { expectTable } from '../tabular/read-table.ts'
import type { DataFile } from '../tabular/read-to-disk.ts'
import { type FolderFile, filesUnder } from './dataset-folder.ts'
import { readDatasetPath, type StoredObject } from './dataset-path.ts'
import { findNearby, isBucketName } from './find-nearby.ts'
import { refusedObject } from './refused-object.ts'

/** A dataset that was found: its files, here, or its table. */
export type FetchedDataset = {
  /** In the order of their rows. */
  readonly files: readonly DataFile[]
  /** Of documents in the registry, in place of files. */
  readonly table?: OwnedTable
  /** That another dataset was taken than the path names: the most important of warnings. */
  readonly substitution?: readonly [string]
  /** s3://bucket/key, or which part of the registry. */
  readonly source: string
  /** Of the file's bytes; for documents, of their JSON lines; for several files, of what sha256sum prints of them. */
  readonly sha256: string
}

/**
 * Finds a dataset and downloads it: in the original's storage service where one is set, then in the object store, then in
 * the registry, as a CSV in GridFS or as the documents of a collection.
 *
 * @param path `s3://bucket/key` or `bucket/key`, of one file or, with a slash at the end, of all files in a folder; a bare
 *   name is looked up under `datasets/` in the artifact bucket.
 * @param file a local path where the dataset's bytes may be put; of several files, the path's beginning.
 * @throws JobError when it is nowhere (the sentence says where it was looked for).
 */
export async function fetchDataset(
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
    timeLeftMs: TimeLeft
  },
  file: string,
): Promise<FetchedDataset> {
  const { store, useRegistry, threads, limits } = sources
  const again = <T>(fetch: () => Promise<T>, cuts?: number[]) =>
    downloadRetrying(fetch, sources.timeLeftMs, cuts)
  const looked: string[] = []
  const { storageService } = sources
  const { object: named, advice } = readDatasetPath(path)
  if (path.endsWith('/')) {
    const fetched = await fetchFolder(path, named, sources, file, looked)
    if (fetched !== undefined) return fetched
  } else if (storageService !== undefined && named !== undefined) {
    const source = `the storage service's ${named.bucket}/${named.key}`
    const found = await again(async () => {
      const body = await storageService.download(named.bucket, named.key)
      return typeof body === 'string' ? body : { sha256: await writeFile(body, file, limits, threads) }
    })
    if (typeof found !== 'string') return { files: [only(file, source)], source, ...found }
    looked.push(`${source} (${found})`)
  }
  const objects =
    named === undefined ? ownObjects(path, sources.bucket.name) : placesOf(named, sources.bucket)
  const hint = async () => (await findNearby(store, sources.bucket, objects[0])) ?? advice
  for (const object of path.endsWith('/') ? [] : objects) {
    const source = `s3://${object.bucket}/${object.key}`
    const found = await fetchObject(object, file, sources)
    if (typeof found !== 'string') return { files: [only(file, source)], source, ...found }
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
        const { source } = found
        const fetched = 'table' in found ? found : { files: [only(file, source)], ...found }
        return isNameOf(wanted, path)
          ? fetched
          : { ...fetched, substitution: substitution(path, source, await hint()) }
      }
    }
  }
  throw new JobError(
    'dataset_not_found',
    `The dataset was not found; looked in ${looked.join(', ')}: ${(await hint()) ?? 'check dataset_path'}.`,
  )
}

type Sources = Parameters<typeof fetchDataset>[2]

/** A dataset of one file. */
const only = (path: string, name: string): DataFile => ({ path, name, constants: {} })

/** Downloads an object. Returns its hash, or why there is none. */
async function fetchObject(
  { bucket, key }: StoredObject,
  file: string,
  { store, limits, threads, timeLeftMs }: Sources,
): Promise<{ sha256: string } | string> {
  const cuts: number[] = []
  const fetch = async () => {
    const body = await openObject(store.bucket(bucket), key)
    return typeof body === 'string' ? body : { sha256: await writeFile(body, file, limits, threads) }
  }
  return downloadRetrying(fetch, timeLeftMs, cuts).catch((error: unknown) => {
    const isDamaged = error instanceof DamagedBytes || (error instanceof CutShort && isAlwaysSameByte(cuts))
    throw isDamaged ? damagedObject(`s3://${bucket}/${key}`, error) : error
  })
}

/** Downloads the files under a prefix. Says in `looked` where there are none. */
async function fetchFolder(
  path: string,
  named: StoredObject | undefined,
  sources: Sources,
  file: string,
  looked: string[],
): Promise<FetchedDataset | undefined> {
  const { store, bucket: own } = sources
  const places = named === undefined ? [{ bucket: own.name, key: datasetKey(path) }] : placesOf(named, own)
  for (const { bucket, key: prefix } of places) {
    const source = `s3://${bucket}/${prefix}`
    const listed = await listFolder(store.bucket(bucket), prefix)
    if (typeof listed === 'string' || listed.length === 0) {
      looked.push(`${source} (${typeof listed === 'string' ? listed : 'no data file there'})`)
      continue
    }
    const files: DataFile[] = []
    const hash = createHash('sha256')
    for (const [k, { key, constants }] of listed.entries()) {
      const to = `${file}-${k}`
      const found = await fetchObject({ bucket, key }, to, sources)
      // Deleted since it was listed: another attempt sees what is left.
      if (typeof found === 'string') throw new Error(`The object s3://${bucket}/${key} was there (${found}).`)
      hash.update(`${found.sha256}  ${key.slice(prefix.length)}\n`)
      files.push({ path: to, name: `s3://${bucket}/${key}`, constants })
    }
    return { files, source, sha256: hash.digest('hex') }
  }
  return undefined
}

async function listFolder(bucket: Bucket, prefix: string): Promise<FolderFile[] | string> {
  if (!isBucketName(bucket.name)) return 'not a bucket name'
  try {
    return await filesUnder(bucket, prefix)
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    if (name === 'NoSuchBucket') return 'not there'
    if (name === 'AccessDenied' || name === 'Forbidden') return 'not there, or the worker may not list it'
    if (name === 'InvalidBucketName') return 'not a bucket name'
    throw refusedObject(error, `s3://${bucket.name}/${prefix}`) ?? error
  }
}

/**
 * Repeats a download that breaks off. The client has already repeated what S3 refused.
 *
 * @param cuts takes the places at which an object's bytes ended too early.
 */
function downloadRetrying<T>(fetch: () => Promise<T>, timeLeftMs: TimeLeft, cuts: number[] = []): Promise<T> {
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

/** A failing network breaks off at varying bytes. If it is always the same byte, the object or a proxy is at fault. */
const isAlwaysSameByte = (cuts: readonly number[]) => cuts.length >= 3 && new Set(cuts).size === 1

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

/** The table of a dataset's documents; or, for a GridFS file, its source and hash, with the file itself written to `file`. */
async function fromRegistry(
  registry: Registry,
  name: string,
  file: string,
  sources: Pick<Sources, 'store' | 'bucket' | 'limits' | 'threads'>,
): Promise<FetchedDataset | { source: string; sha256: string } | undefined> {
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
  return [object, { bucket: own.name, key: datasetKey(object.key) }]
}

/** The objects that a bare name may mean, in the order in which they are tried. */
function ownObjects(name: string, artifactBucket: string): StoredObject[] {
  const plain = name.replace(/^s3[an]?:\/\//i, '')
  return [datasetKey(plain), datasetKey(`${plain}.csv`)].map((key) => ({ bucket: artifactBucket, key }))
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
): Promise<FetchedDataset> {
  const hash = createHash('sha256')
  async function* hashed() {
    for await (const document of documents) {
      hash.update(`${JSON.stringify(document)}\n`)
      yield document
    }
  }
  const table = await tableFromRecords(withinLimits(hashed(), limits, (n) => `Document ${n} of the dataset`))
  return { files: [], table, source, sha256: hash.digest('hex') }
}
