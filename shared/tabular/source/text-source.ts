import { Readable } from 'node:stream'
import { JobError } from '../../errors/job-error.ts'
import { plural } from '../../errors/sentences.ts'
import { detectUtf16, toUtf8, withoutLastBytes, withoutMark } from './encoding.ts'
import { decoderLabel } from './encoding-name.ts'
import { refuseOtherFormats } from './other-formats.ts'
import { type Peeked, peek } from './peek.ts'
import { packingOf, unpacked } from './unpack.ts'

/** A data file's text, unpacked and as UTF-8 without a mark. */
export type TextSource = Omit<Peeked, 'drain'> & {
  /**
   * What to say of an error about the text: where the compressed data prove damaged further on, that they are. What
   * they unpack to up to there may be anything.
   */
  explain(error: unknown): Promise<unknown>
  /** Whether the chunks are those of the source, apart from a byte-order mark. */
  readonly isAsStored: boolean
  readonly warnings: readonly string[]
}

/** Maximum depth of compression, for example 2 for a gzip file in a ZIP file. */
const MAX_LAYERS = 3

/**
 * Opens a text that may be compressed (gzip, zstd, bzip2, xz, ZIP), also more than once, and in another encoding.
 *
 * @param encoding of the text where it is known, by a name of Python's or the web's.
 * @param likely the encoding of a text whose start is neither UTF-16 nor UTF-8 with a character beyond ASCII.
 * @throws JobError when it is neither text nor known compressed data, naming what it is, or is damaged.
 */
export async function openText(
  source: AsyncIterable<Buffer>,
  encoding: string | null | undefined,
  likely?: string | null,
): Promise<TextSource> {
  const warnings: string[] = []
  const layers = [await peek(source)]
  for (;;) {
    const packing = layers.length > MAX_LAYERS ? undefined : packingOf(layers[0].head)
    if (packing === undefined) break
    layers.unshift(await peek(unpacked(packing, layers[0].chunks, (sentence) => warnings.push(sentence))))
  }
  const text = layers[0]
  const isAsStored = layers.length === 1
  const close = async () => {
    for (const layer of layers) await layer.close()
  }
  const explain = async (error: unknown): Promise<unknown> => {
    if (isAsStored || text.isWhole || !(error instanceof JobError) || error.code === 'dataset_too_large')
      return error
    try {
      await text.drain()
    } catch (damage) {
      return damage
    }
    return error
  }
  const found = encoding ? undefined : detectUtf16(text.head)
  refuseOtherFormats(text.head.subarray(0, endOfText(text.head) || undefined), {
    isUtf8: !encoding && !likely && found === undefined,
  })
  const known = encoding ?? (likely && found === undefined && !isUtf8(text) ? likely : undefined)
  const label = known ? labelOf(known, text.head) : found
  if (label === undefined || label === 'utf-8') {
    const head = text.head.subarray(hasUtf8Mark(text.head) ? 3 : 0)
    const chunks = withoutMark(text.chunks)
    return withoutPadding({ head, isWhole: text.isWhole, chunks, explain, close, isAsStored, warnings })
  }
  const decoded = await peek(toUtf8(text.chunks, label))
  if (found !== undefined) warnings.push(`The file was read as ${found.toUpperCase()} text.`)
  return withoutPadding({ ...decoded, explain, close, isAsStored: false, warnings })
}

/**
 * The text without the padding behind its end: zero bytes, as of a file whose end was not written, or the end mark of
 * DOS.
 */
function withoutPadding(text: TextSource): TextSource {
  const warnings = [...text.warnings]
  const onPadding = (bytes: number) =>
    warnings.push(
      `The file ends with ${plural(bytes, 'byte')} of padding (zeros or Ctrl-Z), left out here: check that no rows are missing.`,
    )
  const chunks = withoutLastBytes(text.chunks, isPadding, onPadding)
  if (!text.isWhole) return { ...text, chunks, warnings }
  const end = endOfText(text.head)
  if (end < text.head.length) onPadding(text.head.length - end)
  const head = text.head.subarray(0, end)
  return { ...text, head, chunks: Readable.from([head]), warnings }
}

const endOfText = (bytes: Buffer) => bytes.findLastIndex((byte) => !isPadding(byte)) + 1
const isPadding = (byte: number) => byte === 0 || byte === 0x1a

/** UTF-16 without an order is that of the mark. */
function labelOf(encoding: string, head: Buffer): string {
  const label = decoderLabel(encoding)
  return /^utf[-_]?16$/i.test(encoding.trim()) ? (detectUtf16(head) ?? label) : label
}

function hasUtf8Mark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

/** Whether a text's start has a character beyond ASCII, and is UTF-8. */
function isUtf8({ head, isWhole }: Peeked): boolean {
  if (head.every((byte) => byte < 128)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !isWhole })
    return true
  } catch {
    return false
  }
}
