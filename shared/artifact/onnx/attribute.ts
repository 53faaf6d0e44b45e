/** Attributes of a node, as protobuf. */
import proto, { type onnx } from 'onnx-proto'
import { field, fieldHead, type Pieces } from './pieces.ts'
import { tensor, utf8 } from './tensor.ts'

const { AttributeProto } = proto.onnx
const { AttributeType } = AttributeProto

/**
 * A number is an int; a float is spelt out, since JavaScript does not tell them apart. A Float64Array is a tensor. A graph within the
 * graph is given encoded. Very long lists come in parts: whole numbers from 0 on, or texts by their index among `words`.
 */
type Attribute =
  | number
  | { readonly float: number }
  | { readonly graph: Pieces }
  | string
  | readonly number[]
  | readonly string[]
  | Float32Array
  | Float64Array
  | { readonly ints: Iterable<WholeNumbers> }
  | { readonly words: readonly string[]; readonly texts: Iterable<WholeNumbers> }
export type Attributes = Readonly<Record<string, Attribute>>
export type WholeNumbers = Int32Array | Uint8Array

export function encodeAttribute(name: string, value: Attribute): Pieces {
  if (typeof value === 'number') return [encode({ name, type: AttributeType.INT, i: value })]
  if (typeof value === 'string') return [encode({ name, type: AttributeType.STRING, s: utf8(value) })]
  if (value instanceof Float64Array) {
    return [encode({ name, type: AttributeType.TENSOR, t: tensor(name, value, [value.length]) })]
  }
  if ('graph' in value) return [encode({ name, type: AttributeType.GRAPH }), ...field(6, value.graph)]
  if ('float' in value) return [encode({ name, type: AttributeType.FLOAT, f: value.float })]
  if (value instanceof Float32Array) {
    const parts = slices(value.length, (from, to) => encode({ floats: Array.from(value.subarray(from, to)) }))
    return [encode({ name, type: AttributeType.FLOATS }), ...parts]
  }
  if ('ints' in value) return [encode({ name, type: AttributeType.INTS }), ...packedInts(value.ints)]
  if ('words' in value) {
    return [encode({ name, type: AttributeType.STRINGS }), ...repeatedTexts(value.words, value.texts)]
  }
  if (isTexts(value)) {
    const parts = slices(value.length, (from, to) => encode({ strings: value.slice(from, to).map(utf8) }))
    return [encode({ name, type: AttributeType.STRINGS }), ...parts]
  }
  const parts = slices(value.length, (from, to) => encode({ ints: value.slice(from, to).map(Number) }))
  return [encode({ name, type: AttributeType.INTS }), ...parts]
}

const encode = (attribute: onnx.IAttributeProto) => AttributeProto.encode(attribute).finish()

/** Values of a list that are encoded at once, because protobufjs keeps an object for each. A reader joins them. */
const SLICE = 65_536

function slices(length: number, encode: (from: number, to: number) => Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(length / SLICE) }, (_, i) =>
    encode(i * SLICE, Math.min(length, (i + 1) * SLICE)),
  )
}

function isTexts(values: readonly (number | string)[]): values is readonly string[] {
  return typeof values[0] === 'string'
}

/** The field `ints`: packed varints, as many as in a slice at once. */
function packedInts(parts: Iterable<WholeNumbers>): Uint8Array[] {
  const pieces: Uint8Array[] = []
  const bytes = new Uint8Array(SLICE * 5)
  let end = 0
  let count = 0
  const flush = () => {
    pieces.push(fieldHead(8, end), bytes.slice(0, end))
    end = 0
    count = 0
  }
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      let value = part[i]
      for (; value >= 128; value >>>= 7) bytes[end++] = value | 128
      bytes[end++] = value
      if (++count === SLICE) flush()
    }
  }
  if (count > 0) flush()
  return pieces
}

/** The field `strings`, once for each text. */
function repeatedTexts(words: readonly string[], parts: Iterable<WholeNumbers>): Uint8Array[] {
  const fields = words.map((word) => Buffer.concat(field(9, [utf8(word)])))
  return Array.from(parts, (part) => {
    let length = 0
    for (let i = 0; i < part.length; i++) length += fields[part[i]].length
    const bytes = new Uint8Array(length)
    let end = 0
    for (let i = 0; i < part.length; i++) {
      const text = fields[part[i]]
      for (let b = 0; b < text.length; b++) bytes[end++] = text[b]
    }
    return bytes
  })
}
