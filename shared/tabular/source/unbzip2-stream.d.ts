/** The parts of unbzip2-stream that decode one block. */
declare module 'unbzip2-stream/lib/bit_iterator.js' {
  type Bits = ((count: number | null) => number) & { readonly bytesRead: number }
  export default function bitIterator(nextBuffer: () => Buffer | undefined): Bits
}

declare module 'unbzip2-stream/lib/bzip2.js' {
  type Bits = (count: number | null) => number
  const bzip2: {
    /** The block size, 1 to 9, of a stream that begins here. */
    header(bits: Bits): number
    /** Writes a block's bytes. Returns the checksum so far, or null at the end of the stream. */
    decompress(
      bits: Bits,
      write: (byte: number) => void,
      buffer: Int32Array,
      bufferSize: number,
      checksum: number | null,
    ): number | null
  }
  export default bzip2
}
