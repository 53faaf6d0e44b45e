/** Writing an object unless there is one: S3's conditional writes, also where the server may not know them. */
import { randomUUID } from 'node:crypto'
import {
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'

/** @returns whether this call wrote the object, also where the answer to a first request was lost. */
export type WriteIfAbsent = (object: PutObjectCommandInput) => Promise<boolean>

/**
 * Writes with `If-None-Match: *`. Not every server honours that: until this client's has shown that it does, it is asked for
 * the object before each write. It shows so by refusing to write the first object a second time.
 */
export function conditionalWriter(s3: S3Client): WriteIfAbsent {
  let isHonoured: boolean | undefined
  return async (object) => {
    const writer = randomUUID()
    if (isHonoured) return (await write(s3, object, writer)).isOurs
    if ((await findObject(s3, object)) !== undefined) return false
    const { isOurs, wasRefused } = await write(s3, object, writer)
    isHonoured ??= wasRefused || (await refusesAgain(s3, object, writer))
    return isOurs
  }
}

/**
 * When the answer to a write is lost, the client repeats the request and S3 refuses it, because the object is there. The
 * writer's id in the object's metadata tells whether it is this call's own.
 */
async function write(
  s3: S3Client,
  object: PutObjectCommandInput,
  writer: string,
): Promise<{ isOurs: boolean; wasRefused: boolean }> {
  try {
    await put(s3, object, writer)
    return { isOurs: true, wasRefused: false }
  } catch (error) {
    if (!isRefusal(error)) throw error
    const existing = await findObject(s3, object)
    if (existing === undefined) throw error
    return { isOurs: existing.Metadata?.writer === writer, wasRefused: true }
  }
}

/** Undefined where that stays unknown: the object is written, whatever became of this request. */
async function refusesAgain(
  s3: S3Client,
  object: PutObjectCommandInput,
  writer: string,
): Promise<boolean | undefined> {
  try {
    await put(s3, object, writer)
    return false
  } catch (error) {
    return isRefusal(error) ? true : undefined
  }
}

const put = (s3: S3Client, object: PutObjectCommandInput, writer: string) =>
  s3.send(new PutObjectCommand({ ...object, IfNoneMatch: '*', Metadata: { writer } }))

/** 409: another conditional write to the key was under way. */
function isRefusal(error: unknown): boolean {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
  return status === 412 || status === 409
}

const findObject = (s3: S3Client, { Bucket, Key }: PutObjectCommandInput) =>
  orUndefined(s3.send(new HeadObjectCommand({ Bucket, Key })))

/** What a request answers; undefined where there is no such object. */
export async function orUndefined<T>(request: Promise<T>): Promise<T | undefined> {
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
