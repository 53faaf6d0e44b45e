import { Readable, type Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { JobError } from '../../errors/job-error.ts'

type Packing = 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'ZIP'

const MAGIC: readonly (readonly [Packing, string])[] = [
  ['gzip', '1f8b'],
  ['zstd', '28b52ffd'],
  ['xz', 'fd377a585a00'],
  ['ZIP', '504b0304'],
  // A ZIP file without entries.
  ['ZIP', '504b0506'],
]
/** `BZh` and the block size. */
const BZIP2_MAGIC = /^425a683[1-9]/
/** What follows: a block, or the end of data without one. */
const BZIP2_BLOCKS = ['314159265359', '177245385090']

/** Detects a file's compression by its first bytes. */
export function packingOf(start: Buffer): Packing | undefined {
  const hex = start.toString('hex', 0, 10)
  const behind = hex.slice(8)
  // A text may begin so: with three bytes of a block it is none, even if the file was cut off there.
  if (BZIP2_MAGIC.test(hex) && behind.length >= 6 && BZIP2_BLOCKS.some((block) => block.startsWith(behind)))
    return 'bzip2'
  return MAGIC.find(([, magic]) => hex.startsWith(magic))?.[0]
}

/**
 * What compressed data unpack to.
 *
 * @param warn gets a sentence for what was left out.
 * @throws JobError when they are damaged.
 */
export async function* unpacked(
  packing: Packing,
  source: AsyncIterable<Buffer>,
  warn: (sentence: string) => void,
): AsyncGenerator<Buffer> {
  // Errors of the source are not errors in the data.
  let sourceError: unknown
  let end: Buffer = Buffer.alloc(0)
  async function* watched() {
    try {
      for await (const chunk of source) {
        end =
          chunk.length < END_BYTES
            ? Buffer.concat([end, chunk]).subarray(-END_BYTES)
            : chunk.subarray(-END_BYTES)
        yield chunk
      }
    } catch (error) {
      sourceError = error
      throw error
    }
  }
  try {
    yield* unpackers[packing](watched(), warn)
  } catch (error) {
    if (sourceError !== undefined) throw sourceError
    if (error instanceof JobError) throw error
    const message = error instanceof Error ? error.message : String(error)
    const reason = reasonOf(packing, message, end)
    throw new JobError(
      'dataset_unreadable',
      `The dataset's ${packing} data are damaged (${reason}): compress the file again.`,
      { cause: error },
    )
  }
}

const CHUNK_BYTES = 2 ** 20

const END_BYTES = 16
const ELSE_BEHIND = 'something else follows behind their end'
const BROKEN = 'a part of them cannot be unpacked'
/** What is said of what the libraries say: zlib, zstd, unbzip2-stream, and XZ Embedded by its codes. */
const CUT = /unexpected end of file|error code 8$|byteLength/
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/(data|length) check|checksum|crc32 do not match/i, 'their checksum is wrong'],
  [/something else follows|incorrect header check|error code 5$/, ELSE_BEHIND],
]
/** Bytes with which xz data end. */
const XZ_END = 'YZ'

/** @param end the last bytes. Of one byte behind its end a library says that the next member was cut off. */
function reasonOf(packing: Packing, message: string, end: Buffer): string {
  const mark = packing === 'xz' ? end.lastIndexOf(XZ_END) : -1
  if (mark >= 0 && mark < end.length - XZ_END.length) return ELSE_BEHIND
  if (CUT.test(message)) {
    const isLine = packing === 'gzip' && end.at(-1) === LF
    return isLine
      ? 'a line break follows behind their end, or they were cut off'
      : 'their end is missing: the file was cut off, or something else was appended'
  }
  const found = REASONS.find(([said]) => said.test(message))
  return found?.[1] ?? (packing === 'ZIP' ? message : BROKEN)
}
const LF = 10

/** For data that are not damaged, by the code of the XZ Embedded library: a memory limit, and an unknown option. */
const XZ_REMEDIES: Readonly<Record<string, string>> = {
  '4': 'need a dictionary of more than 64 MiB: compress them again with “xz -9” or less',
  '6': 'have a filter or a checksum (SHA-256) that is rare: compress them again with “xz” and no such option',
}

type Unpacker = (chunks: AsyncIterable<Buffer>, warn: (sentence: string) => void) => AsyncIterable<Buffer>

const unpackers: Record<Packing, Unpacker> = {
  gzip: (chunks) => members(() => createGunzip({ chunkSize: CHUNK_BYTES }), /^1f8b/, chunks),
  // Also with a frame that is to be passed over.
  zstd: (chunks) =>
    members(() => createZstdDecompress({ chunkSize: CHUNK_BYTES }), /^(28b52ffd|5.2a4d18)/, chunks),
  async *bzip2(chunks) {
    const { bunzip2 } = await import('./bunzip2.ts')
    yield* bunzip2(chunks)
  },
  async *xz(chunks) {
    const { default: xz } = await import('xz-decompress')
    const stream = new xz.XzReadableStream(webStream(chunks))
    try {
      for await (const chunk of stream) yield Buffer.from(chunk)
    } catch (error) {
      const remedy = XZ_REMEDIES[/error code (\d+)$/.exec(String(error))?.[1] ?? '']
      if (remedy === undefined) throw error
      throw new JobError('dataset_unreadable', `The dataset's xz data ${remedy}.`, { cause: error })
    }
  },
  async *ZIP(chunks, warn) {
    const { unzipped } = await import('./unzip.ts')
    yield* unzipped(chunks, warn)
  },
}

async function* through(transform: Transform, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(chunks)
  source.on('error', (error) => transform.destroy(error))
  try {
    for await (const chunk of source.pipe(transform)) yield chunk
  } finally {
    source.destroy()
    transform.destroy()
  }
}

/**
 * Unpacks one member (of gzip) or frame (of zstd) after the other. Node's decompressors end with the first one where
 * zero bytes or, of zstd, the next one follow. Zero bytes between and behind them are padding.
 *
 * @param magic how a member begins, in hexadecimal digits.
 */
async function* members(
  decompressor: () => Transform & { readonly bytesWritten: number },
  magic: RegExp,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  for (let isFirst = true; ; isFirst = false) {
    if (!isFirst) {
      rest = await withoutZeros(rest, source)
      if (rest.length === 0) return
      if (!magic.test(rest.toString('hex', 0, 4))) throw new Error(ELSE_BEHIND)
    }
    const member = decompressor()
    /** What the member was given, from the byte `heldFrom` on. */
    const held: Buffer[] = []
    let heldFrom = 0
    const given = rest
    const feed = async function* () {
      if (given.length > 0) yield hold(given)
      for (let next = await source.next(); !next.done; next = await source.next()) yield hold(next.value)
    }
    const hold = (chunk: Buffer): Buffer => {
      while (held.length > 0 && heldFrom + held[0].length <= member.bytesWritten) {
        heldFrom += held.shift()?.length ?? 0
      }
      held.push(chunk)
      return chunk
    }
    yield* through(member, feed())
    rest = Buffer.concat(held).subarray(member.bytesWritten - heldFrom)
  }
}

/** The next bytes from the first on that is not zero: four or more, where there are so many. */
async function withoutZeros(start: Buffer, source: AsyncIterator<Buffer>): Promise<Buffer> {
  let bytes = start
  for (;;) {
    const first = bytes.findIndex((byte) => byte !== 0)
    bytes = bytes.subarray(first < 0 ? bytes.length : first)
    if (bytes.length >= 4) return bytes
    const next = await source.next()
    if (next.done) return bytes
    bytes = Buffer.concat([bytes, next.value])
  }
}

function webStream(chunks: AsyncIterable<Buffer>): ReadableStream<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await source.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value)
    },
    async cancel() {
      await source.return?.()
    },
  })
}
