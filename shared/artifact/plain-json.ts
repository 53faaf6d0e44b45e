import { randomUUID } from 'node:crypto'

/**
 * JSON of plain data with typed arrays. A typed array becomes an object of one key, its element type, with the
 * little-endian bytes in base64: {"$float64": "AAAAAAAA8D8="}.
 */
const arrays = {
  $float64: Float64Array,
  $float32: Float32Array,
  $int32: Int32Array,
  $uint32: Uint32Array,
  $uint8: Uint8Array,
} as const

type ArrayKey = keyof typeof arrays

export function toJson(data: unknown): string {
  return Buffer.concat([...writeJson(data).pieces]).toString()
}

/** Bytes that become base64 at once: few enough for the cache, and whole groups of three. */
const GROUPS_BYTES = 3 * 2 ** 16

/**
 * The same as bytes in pieces, made one after the other while they are taken.
 *
 * @returns `length` is the number of characters of the whole.
 */
export function writeJson(data: unknown): { length: number; pieces: Iterable<Buffer> } {
  const views: ArrayBufferView[] = []
  // Stands for each array, in a text that cannot have it by chance.
  const mark = randomUUID()
  const text = JSON.stringify(data, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value
    views.push(value)
    return { [keyOf(value)]: mark }
  })
  const between = text.split(mark)
  const length = views.reduce(
    (sum, { byteLength }) => sum + 4 * Math.ceil(byteLength / 3) - mark.length,
    text.length,
  )
  function* pieces() {
    for (const [i, part] of between.entries()) {
      yield Buffer.from(part)
      if (i === views.length) return
      const { buffer, byteOffset, byteLength } = views[i]
      for (let from = 0; from < byteLength; from += GROUPS_BYTES) {
        const bytes = Buffer.from(buffer, byteOffset + from, Math.min(GROUPS_BYTES, byteLength - from))
        yield Buffer.from(bytes.toString('base64'), 'latin1')
      }
    }
  }
  return { length, pieces: { [Symbol.iterator]: pieces } }
}

/** Parses what `toJson` wrote. Throws SyntaxError for what is not JSON. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    const [entry, ...others] = Object.entries(value)
    if (entry === undefined || others.length > 0 || !isArrayKey(entry[0]) || typeof entry[1] !== 'string')
      return value
    const bytes = Uint8Array.from(Buffer.from(entry[1], 'base64'))
    return new arrays[entry[0]](bytes.buffer)
  })
}

function isArrayKey(key: string): key is ArrayKey {
  return key in arrays
}

function keyOf(view: ArrayBufferView): ArrayKey {
  for (const key of Object.keys(arrays)) if (isArrayKey(key) && view instanceof arrays[key]) return key
  throw new TypeError(`${view.constructor.name} cannot be stored in an artifact.`)
}
