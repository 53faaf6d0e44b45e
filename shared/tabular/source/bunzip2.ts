import bitIterator from 'unbzip2-stream/lib/bit_iterator.js'
import bzip2 from 'unbzip2-stream/lib/bzip2.js'

/** Bytes by which a unit of the block size counts, before compression. */
const UNIT_BYTES = 100_000
/** A block that does not compress is longer by so much at most. */
const OVERHEAD_BYTES = 25_000
const LARGEST_BLOCK = 9
const LETTER_B = 0x42

/**
 * Unpacks bzip2 data, one stream or several with zero bytes as padding between and behind them, block by block: what is read stops what is unpacked. (The library's own
 * stream unpacks all that it was given at once.)
 *
 * @throws Error when the data are damaged.
 */
export async function* bunzip2(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]()
  const queue: Buffer[] = []
  let received = 0
  let isEnd = false
  const fill = async (bytes: number): Promise<void> => {
    while (!isEnd && received - (bits?.bytesRead ?? 0) < bytes) {
      const next = await source.next()
      if (next.done) isEnd = true
      else if (next.value.length > 0) {
        queue.push(next.value)
        received += next.value.length
      }
    }
  }
  let bits: ReturnType<typeof bitIterator> | undefined
  await fill(OVERHEAD_BYTES + LARGEST_BLOCK * UNIT_BYTES)
  const read = bitIterator(() => {
    const bytes = queue.shift()
    if (bytes === undefined) throw new Error('unexpected end of file')
    return bytes
  })
  bits = read
  try {
    while (received > read.bytesRead) {
      const first = read(8)
      if (first === 0) continue
      if (first !== LETTER_B) throw new Error('something else follows')
      const magic = (first << 16) | read(16)
      const blockBytes = UNIT_BYTES * bzip2.header((count) => (count === 24 ? magic : read(count)))
      for (let checksum: number | null = 0; ; ) {
        await fill(OVERHEAD_BYTES + blockBytes)
        const block = blockWriter(blockBytes)
        checksum = bzip2.decompress(read, block.write, new Int32Array(blockBytes), blockBytes, checksum)
        if (checksum === null) break
        yield block.written()
      }
      await fill(OVERHEAD_BYTES + LARGEST_BLOCK * UNIT_BYTES)
    }
  } finally {
    await source.return?.()
  }
}

function blockWriter(expectedBytes: number) {
  let bytes = Buffer.allocUnsafe(expectedBytes)
  let length = 0
  return {
    write(byte: number): void {
      if (length === bytes.length) bytes = Buffer.concat([bytes], 2 * length)
      bytes[length++] = byte
    },
    written: () => bytes.subarray(0, length),
  }
}
