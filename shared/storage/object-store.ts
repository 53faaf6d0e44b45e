import { randomUUID } from 'node:crypto'
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
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'

/** S3, or what speaks its protocol, in the words that the worker uses. */
export type ObjectStore = ReturnType<typeof connectObjectStore>

/** What is larger is uploaded in parts of this size. (Local S3 servers take no requests above some 10 MiB.) */
const PART_BYTES = 8 * 1024 * 1024

/** Connects to S3. Requests are made when the first operation is; nothing is checked here. */
export function connectObjectStore(settings: { endpoint?: string }) {
  const s3 = new S3Client({
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint, forcePathStyle: true }),
    maxAttempts: 5,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })

  async function uploadInParts(object: PutObjectCommandInput): Promise<void> {
    const { Upload } = await import('@aws-sdk/lib-storage')
    await new Upload({ client: s3, params: object, partSize: PART_BYTES, queueSize: 4 }).done()
  }

  return {
    /** The object's bytes, or undefined when there is no such object. */
    async get(bucket: string, key: string): Promise<Uint8Array | undefined> {
      const found = await orUndefined(s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })))
      return found?.Body?.transformToByteArray()
    },

    /** Parses the object as JSON, or undefined when there is no such object. */
    async getJson(bucket: string, key: string): Promise<unknown> {
      const found = await orUndefined(s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })))
      const text = await found?.Body?.transformToString()
      return text === undefined ? undefined : JSON.parse(text)
    },

    /** The object's bytes as a stream, or undefined when there is no such object. */
    async stream(bucket: string, key: string): Promise<Readable | undefined> {
      const found = await orUndefined(s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })))
      return found === undefined ? undefined : readable(found.Body)
    },

    /** Writes the object to a local file. Returns its size in bytes, or undefined when there is no such object. */
    async download(bucket: string, key: string, path: string): Promise<number | undefined> {
      const found = await orUndefined(s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })))
      if (found === undefined) return undefined
      await pipeline(readable(found.Body), createWriteStream(path))
      return (await stat(path)).size
    },

    async exists(bucket: string, key: string): Promise<boolean> {
      return (await orUndefined(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })))) !== undefined
    },

    async put(bucket: string, key: string, body: Uint8Array | string, contentType?: string): Promise<void> {
      const bytes = typeof body === 'string' ? Buffer.from(body) : body
      const object = { Bucket: bucket, Key: key, Body: bytes, ContentType: contentType }
      if (bytes.length <= PART_BYTES) await s3.send(new PutObjectCommand(object))
      else await uploadInParts(object)
    },

    /**
     * Writes the object unless there is one already (`If-None-Match: *`).
     *
     * @returns whether this call wrote it, also where S3 did and its answer was lost on the way: the object bears a mark
     * of its writer. Asks first, as not every server honours the condition.
     */
    async putIfAbsent(
      bucket: string,
      key: string,
      body: Uint8Array | string,
      contentType?: string,
    ): Promise<boolean> {
      if (await this.exists(bucket, key)) return false
      const writer = randomUUID()
      try {
        await s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: body,
            ContentType: contentType,
            IfNoneMatch: '*',
            Metadata: { writer },
          }),
        )
        return true
      } catch (error) {
        if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode !== 412) throw error
        const standing = await orUndefined(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })))
        return standing?.Metadata?.writer === writer
      }
    },

    /** Uploads a local file, in parts when it is large. */
    async upload(bucket: string, key: string, path: string, contentType?: string): Promise<void> {
      const { size } = await stat(path)
      const object = { Bucket: bucket, Key: key, Body: createReadStream(path), ContentType: contentType }
      if (size <= PART_BYTES) await s3.send(new PutObjectCommand({ ...object, ContentLength: size }))
      else await uploadInParts(object)
    },

    /** The objects under a prefix, in the order of their keys. */
    async *list(bucket: string, prefix: string): AsyncGenerator<{ key: string; modified: Date }> {
      let token: string | undefined
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
        )
        for (const { Key, LastModified } of page.Contents ?? []) {
          if (Key !== undefined) yield { key: Key, modified: LastModified ?? new Date(0) }
        }
        token = page.NextContinuationToken
      } while (token !== undefined)
    },

    async delete(bucket: string, keys: readonly string[]): Promise<void> {
      for (let from = 0; from < keys.length; from += 1000) {
        const batch = keys.slice(from, from + 1000).map((Key) => ({ Key }))
        await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: batch, Quiet: true } }))
      }
    },

    close: () => s3.destroy(),
  }
}

function readable(body: unknown): Readable {
  if (body instanceof Readable) return body
  throw new Error('S3 answered without a body.')
}

async function orUndefined<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request
  } catch (error) {
    if (
      error instanceof S3ServiceException &&
      ['NoSuchKey', 'NoSuchBucket', 'NotFound'].includes(error.name)
    ) {
      return undefined
    }
    throw error
  }
}
