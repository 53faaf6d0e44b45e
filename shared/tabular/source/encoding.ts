import { JobError } from '../../errors/job-error.ts'
import { decoderLabel } from './encoding-name.ts'

/** Bytes at the start of a file from which its encoding is detected. */
const SAMPLE_BYTES = 4096

/** The UTF-16 that a file's start shows by its mark, or by zero bytes at every other place. */
export function detectUtf16(start: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le'
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be'
  const sample = start.subarray(0, Math.min(SAMPLE_BYTES, start.length - (start.length % 2)))
  const zeros = [0, 0]
  for (let i = 0; i < sample.length; i++) if (sample[i] === 0) zeros[i % 2]++
  const places = sample.length / 2
  if (places < 3) return undefined
  // A character beyond the first 65,536 may have one at the other place.
  if (zeros[1] >= places / 2 && zeros[0] <= zeros[1] / 8) return 'utf-16le'
  return zeros[0] >= places / 2 && zeros[1] <= zeros[0] / 8 ? 'utf-16be' : undefined
}

/**
 * A text in another encoding as UTF-8, without its byte-order mark. Throws JobError for bytes that are none of its.
 */
export async function* toUtf8(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(decoderLabel(encoding), { fatal: true })
  const decoded = (chunk?: Buffer): Buffer => {
    try {
      return Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }))
    } catch (error) {
      throw new JobError(
        'dataset_unreadable',
        `The dataset is not ${encoding} text: name the encoding that it has in csv.encoding, or save it as UTF-8.`,
        { cause: error },
      )
    }
  }
  for await (const chunk of chunks) {
    const text = decoded(chunk)
    if (text.length > 0) yield text
  }
  const last = decoded()
  if (last.length > 0) yield last
}

/** The chunks without the byte-order mark of UTF-8. */
export async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true
  for await (const chunk of chunks) {
    const hasMark = isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
    isFirst = false
    yield hasMark ? chunk.subarray(3) : chunk
  }
}

/** The chunks without the bytes at the very end that `isLeftOut`. @param onLeftOut hears how many there were. */
export async function* withoutLastBytes(
  chunks: AsyncIterable<Buffer>,
  isLeftOut: (byte: number) => boolean,
  onLeftOut: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let held: Buffer[] = []
  for await (const chunk of chunks) {
    const end = chunk.findLastIndex((byte) => !isLeftOut(byte)) + 1
    if (end > 0) {
      yield* held
      held = []
      yield chunk.subarray(0, end)
    }
    if (end < chunk.length) held.push(chunk.subarray(end))
  }
  const bytes = held.reduce((sum, { length }) => sum + length, 0)
  if (bytes > 0) onLeftOut(bytes)
}
