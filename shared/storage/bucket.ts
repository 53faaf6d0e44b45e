import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { retrying, type TimeLeft } from '../runtime/retry.ts'
import { checkedBody } from './checked-body.ts'
import { orUndefined, type WriteIfAbsent } from './conditional-write.ts'

/** An object of a bucket. */
export type ListedObject = { readonly key: string; readonly modified: Date; readonly bytes: number }

/** One bucket of an object store. */
export type Bucket = {
  readonly name: string

  /** The object's bytes, or undefined when there is no such object. */
  get(key: string): Promise<Uint8Array | undefined>

  /** The object parsed as JSON, or undefined when there is no such object. Throws SyntaxError for other text. */
  getJson(key: string): Promise<unknown>

  /** The object's bytes as a stream, or undefined when there is no such object. */
  stream(key: string): Promise<Readable | undefined>

  /** As `stream`; throws DamagedBytes behind the last byte where the bytes are not those that S3 describes. */
  checkedStream(key: string): Promise<AsyncIterable<Buffer> | undefined>

  /** Writes the object to a local file. Returns its size in bytes, or undefined when there is no such object. */
  download(key: string, path: string): Promise<number | undefined>

  exists(key: string): Promise<boolean>

  /** Writes the object, in parts when it is large. */
  put(key: string, body: Uint8Array | string, contentType?: string): Promise<void>

  /** Writes the object while its pieces are made, in parts when it is large. */
  putPieces(key: string, pieces: Iterable<Uint8Array>, contentType?: string): Promise<void>

  /**
   * Writes the object unless there is one already (`If-None-Match: *`).
   *
   * @returns whether this call wrote it, also where the answer to a first request was lost.
   */
  putIfAbsent(key: string, body: Uint8Array | string, contentType?: string): Promise<boolean>

  /** Writes a local file as the object, in parts when it is large. */
  upload(key: string, path: string, contentType?: string): Promise<void>

  /** The objects under a prefix, in the order of their keys: those whose key comes after `after`. */
  list(prefix: string, after?: string): AsyncGenerator<ListedObject>

  /** An address by which anybody can write the object with PUT, for so many seconds. */
  presignPut(key: string, expiresInSeconds: number): Promise<string>

  /** Deletes the objects. Keys without an object are skipped. Throws when S3 refuses one of them. */
  delete(keys: readonly string[]): Promise<void>
}

/** Larger objects are uploaded in parts of this size. (Local S3 servers take no requests above some 10 MiB.) */
const PART_BYTES = 8 * 1024 * 1024

/** A bucket of the S3 that the client talks to. Makes no request. */
export function openBucket(
  s3: S3Client,
  name: string,
  { timeLeftMs, writeIfAbsent }: { timeLeftMs: TimeLeft; writeIfAbsent: WriteIfAbsent },
): Bucket {
  const object = (key: string) => ({ Bucket: name, Key: key })
  const get = (key: string) => readWhole(s3, object(key), timeLeftMs)
  return {
    name,
    get,

    async getJson(key) {
      const bytes = await get(key)
      return bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString())
    },

    async stream(key) {
      const found = await orUndefined(s3.send(new GetObjectCommand(object(key))))
      return found === undefined ? undefined : readable(found.Body)
    },

    async checkedStream(key) {
      const found = await orUndefined(
        s3.send(new GetObjectCommand({ ...object(key), ChecksumMode: 'ENABLED' })),
      )
      return found === undefined ? undefined : checkedBody(readable(found.Body), found, name)
    },

    async download(key, path) {
      const found = await orUndefined(s3.send(new GetObjectCommand(object(key))))
      if (found === undefined) return undefined
      await pipeline(readable(found.Body), createWriteStream(path))
      return (await stat(path)).size
    },

    async exists(key) {
      return (await orUndefined(s3.send(new HeadObjectCommand(object(key))))) !== undefined
    },

    async put(key, body, contentType) {
      const bytes = typeof body === 'string' ? Buffer.from(body) : body
      await write(s3, { ...object(key), Body: bytes, ContentType: contentType }, bytes.length)
    },

    async putPieces(key, pieces, contentType) {
      const { first, rest } = takeBytes(pieces, PART_BYTES)
      const params = { ...object(key), ContentType: contentType }
      if (rest === undefined) await s3.send(new PutObjectCommand({ ...params, Body: Buffer.concat(first) }))
      else await uploadParts(s3, { ...params, Body: Readable.from(chained(first, rest)) })
    },

    putIfAbsent: (key, body, contentType) =>
      writeIfAbsent({ ...object(key), Body: body, ContentType: contentType }),

    async upload(key, path, contentType) {
      const { size } = await stat(path)
      const body = createReadStream(path)
      await write(s3, { ...object(key), Body: body, ContentType: contentType, ContentLength: size }, size)
    },

    list: (prefix, after) => listObjects(s3, { Bucket: name, Prefix: prefix, StartAfter: after }),

    async presignPut(key, expiresIn) {
      const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
      return getSignedUrl(s3, new PutObjectCommand(object(key)), { expiresIn })
    },

    delete: (keys) => deleteObjects(s3, name, keys),
  }
}

/** Reads an object to its end. The client retries a request, but not a body that breaks off. */
async function readWhole(
  s3: S3Client,
  object: { Bucket: string; Key: string },
  timeLeftMs: TimeLeft,
): Promise<Uint8Array | undefined> {
  const read = async () => {
    const found = await orUndefined(s3.send(new GetObjectCommand(object)))
    return found?.Body?.transformToByteArray()
  }
  return retrying(read, { isRetryable: (error) => !(error instanceof S3ServiceException), timeLeftMs })
}

async function write(s3: S3Client, object: PutObjectCommandInput, bytes: number): Promise<void> {
  if (bytes <= PART_BYTES) {
    await s3.send(new PutObjectCommand(object))
    return
  }
  const { ContentLength, ...params } = object
  await uploadParts(s3, params)
}

async function uploadParts(s3: S3Client, params: PutObjectCommandInput): Promise<void> {
  const { Upload } = await import('@aws-sdk/lib-storage')
  await new Upload({ client: s3, params, partSize: PART_BYTES, queueSize: 4 }).done()
}

/** The first pieces, up to more than `bytes` of them; and the rest, where there is one. */
function takeBytes(pieces: Iterable<Uint8Array>, bytes: number) {
  const iterator = pieces[Symbol.iterator]()
  const first: Uint8Array[] = []
  for (let taken = 0; taken <= bytes; ) {
    const { value, done } = iterator.next()
    if (done) return { first }
    first.push(value)
    taken += value.length
  }
  return { first, rest: Iterator.from(iterator) }
}

function* chained<T>(...parts: readonly Iterable<T>[]): Generator<T> {
  for (const part of parts) yield* part
}

async function* listObjects(
  s3: S3Client,
  request: { Bucket: string; Prefix: string; StartAfter: string | undefined },
): AsyncGenerator<ListedObject> {
  let token: string | undefined
  do {
    const page = await s3.send(new ListObjectsV2Command({ ...request, ContinuationToken: token }))
    for (const { Key, LastModified, Size = 0 } of page.Contents ?? []) {
      if (Key !== undefined) yield { key: Key, modified: LastModified ?? new Date(0), bytes: Size }
    }
    token = page.NextContinuationToken
  } while (token !== undefined)
}

/** S3 deletes up to this many objects in one request. */
const MAX_DELETED_AT_ONCE = 1000

async function deleteObjects(s3: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += MAX_DELETED_AT_ONCE) {
    const batch = keys.slice(from, from + MAX_DELETED_AT_ONCE).map((Key) => ({ Key }))
    const { Errors: [first] = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: batch, Quiet: true } }),
    )
    if (first !== undefined) {
      throw new Error(`S3 did not delete ${first.Key} (${first.Code}: ${first.Message}).`)
    }
  }
}

function readable(body: unknown): Readable {
  if (body instanceof Readable) return body
  throw new Error('S3 answered without a body.')
}
