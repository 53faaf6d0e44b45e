import { createHash } from 'node:crypto'
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'

/** An object's bytes are not those that S3 describes. If every attempt ends so, the object is damaged. */
export class DamagedBytes extends Error {
  override readonly name = 'DamagedBytes'
}

/** An object's bytes ended too early: the connection was lost, or, if it is always at the same byte, the object is damaged. */
export class CutShort extends Error {
  override readonly name = 'CutShort'
  readonly bytes: number

  constructor(bytes: number, length: number, options: ErrorOptions) {
    super(`its bytes end after ${bytes} of ${length}`, options)
    this.bytes = bytes
  }
}

/**
 * An object's bytes, as they arrive.
 *
 * @throws CutShort where the connection ends before the last byte.
 * @throws DamagedBytes behind the last byte where there are more or fewer than S3 says, or they have another checksum
 * (the client compares it) or md5 (which the ETag is where the object was stored in one part without a KMS key).
 */
export async function* checkedBody(
  body: AsyncIterable<Buffer>,
  described: Pick<
    GetObjectCommandOutput,
    'ContentLength' | 'ETag' | 'ServerSideEncryption' | 'SSECustomerAlgorithm'
  >,
  bucket: string,
): AsyncGenerator<Buffer> {
  const md5 = md5Of(described, bucket)
  const hash = createHash('md5')
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      if (md5 !== undefined) hash.update(chunk)
      yield chunk
    }
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Checksum mismatch'))
      throw new DamagedBytes(error.message.replace(/\.$/, ''), { cause: error })
    const { ContentLength = bytes } = described
    throw bytes < ContentLength ? new CutShort(bytes, ContentLength, { cause: error }) : error
  }
  const { ContentLength = bytes } = described
  if (bytes !== ContentLength) throw new DamagedBytes(`it has ${bytes} bytes instead of ${ContentLength}`)
  if (md5 !== undefined && hash.digest('hex') !== md5) {
    throw new DamagedBytes(`its md5 is not its ETag ${md5}`)
  }
}

/** Undefined where the ETag is no md5. A directory bucket (its name ends with --x-s3) has ETags of other kinds. */
function md5Of(
  { ETag, ServerSideEncryption, SSECustomerAlgorithm }: Parameters<typeof checkedBody>[1],
  bucket: string,
): string | undefined {
  if (SSECustomerAlgorithm !== undefined || bucket.endsWith('--x-s3')) return undefined
  if (ServerSideEncryption !== undefined && ServerSideEncryption !== 'AES256') return undefined
  return /^"?([0-9a-f]{32})"?$/.exec(ETag ?? '')?.[1]
}
