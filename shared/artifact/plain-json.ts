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
  return JSON.stringify(data, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value
    const key = keyOf(value)
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return { [key]: bytes.toString('base64') }
  })
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
