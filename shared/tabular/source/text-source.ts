import { detectUtf16, toUtf8, withoutMark } from './encoding.ts'
import { decoderLabel } from './encoding-name.ts'
import { refuseOtherFormats } from './other-formats.ts'
import { type Peeked, peek } from './peek.ts'
import { packingOf, unpacked } from './unpack.ts'

/** A data file's text, unpacked and as UTF-8 without a mark. */
export type TextSource = Peeked & {
  /** Whether the chunks are those of the source, but for a mark. */
  readonly isAsStored: boolean
  readonly warnings: readonly string[]
}

/** How often a file may be compressed: a gzip file in a ZIP file, for example. */
const MAX_LAYERS = 3

/**
 * Opens a text that may be compressed (gzip, zstd, bzip2, xz, ZIP), also more than once, and in another encoding.
 *
 * @param encoding of the text where it is known, by a name of Python's or the web's.
 * @throws JobError when it is neither text nor known compressed data, naming what it is, or is damaged.
 */
export async function openText(
  source: AsyncIterable<Buffer>,
  encoding: string | null | undefined,
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
  const found = encoding ? undefined : detectUtf16(text.head)
  refuseOtherFormats(text.head, { isUtf8: !encoding && found === undefined })
  const label = encoding ? labelOf(encoding, text.head) : found
  if (label === undefined || label === 'utf-8') {
    const head = text.head.subarray(hasUtf8Mark(text.head) ? 3 : 0)
    const chunks = withoutMark(text.chunks)
    return { head, isWhole: text.isWhole, chunks, close, isAsStored, warnings }
  }
  const decoded = await peek(toUtf8(text.chunks, label))
  if (found !== undefined) warnings.push(`The file was read as ${found.toUpperCase()} text.`)
  return { ...decoded, close, isAsStored: false, warnings }
}

/** UTF-16 without an order is that of the mark. */
function labelOf(encoding: string, head: Buffer): string {
  const label = decoderLabel(encoding)
  return /^utf[-_]?16$/i.test(encoding.trim()) ? (detectUtf16(head) ?? label) : label
}

function hasUtf8Mark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}
