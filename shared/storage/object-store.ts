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
import { awsRetries, retrying, type TimeLeft, unlimited } from '../runtime/retry.ts'

/** S3, or what speaks its protocol, in the words that the worker uses. */
export type ObjectStore = ReturnType<typeof connectObjectStore>

/** What is larger is uploaded in parts of this size. (Local S3 servers take no requests above some 10 MiB.) */
const PART_BYTES = 8 * 1024 * 1024

/**
 * Connects to S3. Requests are made when the first operation is; nothing is checked here.
 *
 * @param settings.timeLeftMs until when a request may be tried again.
 */
export function connectObjectStore(settings: { endpoint?: string; timeLeftMs?: TimeLeft }) {
  const timeLeftMs = settings.timeLeftMs ?? unlimited
  const s3 = new S3Client({
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint, forcePathStyle: true }),
    ...awsRetries(timeLeftMs),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })

  async function uploadInParts(object: PutObjectCommandInput): Promise<void> {
    const { Upload } = await import('@aws-sdk/lib-storage')
    await new Upload({ client: s3, params: object, partSize: PART_BYTES, queueSize: 4 }).done()
  }

  /** Reads an object to its end. The client tries a request again, but not a body that breaks off. */
  async function whole(bucket: string, key: string): Promise<Uint8Array | undefined> {
    const read = async () => {
      const found = await orUndefined(s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })))
      return found?.Body?.transformToByteArray()
    }
    return retrying(read, { mayPass: (error) => !(error instanceof S3ServiceException), timeLeftMs })
  }

  return {
    /** The object's bytes, or undefined when there is no such object. */
    get: whole,

    /** Parses the object as JSON, or undefined when there is no such object. */
    async getJson(bucket: string, key: string): Promise<unknown> {
      const bytes = await whole(bucket, key)
      return bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString())
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
     * @returns whether this call wrote it. Asks first, as not every server honours the condition. An answer that was
     *   lost is asked for again, and the repeated request finds the object that it wrote itself: it bears a mark.
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
        // 409: another conditional write to the key was under way.
        const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
        if (status !== 412 && status !== 409) throw error
        const standing = await orUndefined(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })))
        if (standing === undefined) throw error
        return standing.Metadata?.writer === writer
      }
    },

    /** Uploads a local file, in parts when it is large. */
    async upload(bucket: string, key: string, path: string, contentType?: string): Promise<void> {
      const { size } = await stat(path)
      const object = { Bucket: bucket, Key: key, Body: createReadStream(path), ContentType: contentType }
      if (size <= PART_BYTES) await s3.send(new PutObjectCommand({ ...object, ContentLength: size }))
      else await uploadInParts(object)
    },

    /** The objects under a prefix, in the order of their keys, those after the key `after`. */
    async *list(
      bucket: string,
      prefix: string,
      after?: string,
    ): AsyncGenerator<{ key: string; modified: Date }> {
      let token: string | undefined
      do {
        const page = await s3.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            ContinuationToken: token,
            StartAfter: after,
          }),
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
        const { Errors: [first] = [] } = await s3.send(
          new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: batch, Quiet: true } }),
        )
        if (first !== undefined)
          throw new Error(`S3 did not delete ${first.Key} (${first.Code}: ${first.Message}).`)
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
