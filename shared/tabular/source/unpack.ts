import { Readable, type Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { JobError } from '../../errors/job-error.ts'

type Packing = 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'ZIP'

const MAGIC: readonly (readonly [Packing, string])[] = [
  ['gzip', '1f8b'],
  ['zstd', '28b52ffd'],
  ['xz', 'fd377a585a00'],
  ['ZIP', '504b0304'],
  // One without a file.
  ['ZIP', '504b0506'],
]
/** Behind `BZh` and the block size: a block, or the end of data without one. */
const BZIP2_MAGIC = /^425a683[1-9](314159265359|177245385090)/

/** How a file is compressed, by its first bytes. */
export function packingOf(start: Buffer): Packing | undefined {
  const hex = start.toString('hex', 0, 10)
  if (BZIP2_MAGIC.test(hex)) return 'bzip2'
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
  // What goes wrong with the source is no fault of the data.
  let sourceError: unknown
  async function* watched() {
    try {
      yield* source
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
    const isClear = packing === 'gzip' || packing === 'zstd' || packing === 'ZIP'
    const reason = isClear && error instanceof Error ? ` (${error.message})` : ''
    throw new JobError(
      'dataset_unreadable',
      `The dataset's ${packing} data are damaged${reason}: compress the file again.`,
      { cause: error },
    )
  }
}

const CHUNK_BYTES = 2 ** 20

/** For data that are not damaged, by the code of the XZ Embedded library: a memory limit, and an unknown option. */
const XZ_REMEDIES: Readonly<Record<string, string>> = {
  '4': 'need a dictionary of more than 64 MiB: compress them again with “xz -9” or less',
  '6': 'have a filter or a checksum (SHA-256) that is rare: compress them again with “xz” and no such option',
}

type Unpacker = (chunks: AsyncIterable<Buffer>, warn: (sentence: string) => void) => AsyncIterable<Buffer>

const unpackers: Record<Packing, Unpacker> = {
  gzip: (chunks) => through(createGunzip({ chunkSize: CHUNK_BYTES }), chunks),
  zstd: zstdFrames,
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

/** Node's decompressor ends with the first frame when the next one begins in the same chunk. */
async function* zstdFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  do {
    const frame = createZstdDecompress({ chunkSize: CHUNK_BYTES })
    /** What the frame was given, from the byte `heldFrom` on. */
    const held: Buffer[] = []
    let heldFrom = 0
    const given = rest
    const feed = async function* () {
      if (given.length > 0) yield hold(given)
      for (let next = await source.next(); !next.done; next = await source.next()) yield hold(next.value)
    }
    const hold = (chunk: Buffer): Buffer => {
      while (held.length > 0 && heldFrom + held[0].length <= frame.bytesWritten) {
        heldFrom += held.shift()?.length ?? 0
      }
      held.push(chunk)
      return chunk
    }
    yield* through(frame, feed())
    rest = Buffer.concat(held).subarray(frame.bytesWritten - heldFrom)
  } while (rest.length > 0)
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
