export type Peeked = {
  readonly head: Buffer
  /** Whether the head is the whole source. */
  readonly isWhole: boolean
  /** All chunks from the start; can be iterated once. */
  readonly chunks: AsyncIterable<Buffer>
  /** Reads the rest of the source, from where reading the chunks stopped. */
  drain(): Promise<void>
  /** Closes the source, whether the chunks were read or not. */
  close(): Promise<void>
}

/** Bytes of a head; where they hold less than three lines, more are taken. */
const HEAD_BYTES = 2 ** 16
const MAX_HEAD_BYTES = 2 ** 20

/** Takes the head of a stream, or all where it is shorter, without losing it. */
export async function peek(source: AsyncIterable<Buffer>): Promise<Peeked> {
  const rest = source[Symbol.asyncIterator]()
  const taken: Buffer[] = []
  let length = 0
  let lines = 0
  let isWhole = false
  while (length < HEAD_BYTES || (lines < 3 && length < MAX_HEAD_BYTES)) {
    const next = await rest.next()
    if (next.done) {
      isWhole = true
      break
    }
    taken.push(next.value)
    length += next.value.length
    for (let at = next.value.indexOf(LF); at >= 0 && lines < 3; at = next.value.indexOf(LF, at + 1)) lines++
  }
  const start = taken.length === 1 ? taken[0] : Buffer.concat(taken)
  const head = start.subarray(0, lines < 3 ? MAX_HEAD_BYTES : HEAD_BYTES)
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let chunk = taken.shift(); chunk !== undefined; chunk = taken.shift()) yield chunk
    // Stopping early does not close the source, so that it can still be drained.
    if (!isWhole) yield* { [Symbol.asyncIterator]: () => ({ next: () => rest.next() }) }
  }
  const drain = async () => {
    while (!(await rest.next()).done);
  }
  const close = async () => {
    await rest.return?.()
  }
  return { head, isWhole: isWhole && head.length === length, chunks: chunks(), drain, close }
}

const LF = 10
