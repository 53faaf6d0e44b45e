/** What MongoDB cannot hold is cut from the documents of the registry, which is a view: the bucket has all of it. */
import { BSON } from 'mongodb'

/** MongoDB's limit of 16 MiB, without what the `_id`, the list of what was cut and the command take. */
const MAX_BYTES = 16 * 2 ** 20 - 64 * 1024
/** MongoDB takes 100 levels of documents and arrays, and some of its clients fewer. */
const MAX_LEVELS = 51
/** Fields of a record are left out rather than cut to less than this. */
const MIN_FIELD_BYTES = 4096
/** More names than this are given by their first part alone. */
const MAX_NAMES = 50

const EMPTY_DOCUMENT_BYTES = 5

type Path = readonly string[]
type Note = (path: Path) => void

/**
 * Makes a document of JSON values, dates and ids one that MongoDB can hold. Only what is too large is cut: of lists and
 * texts the end, of records with many small fields the last fields. Lists of one length in a record (a history) keep one
 * length. What lies too deep becomes a JSON text; a NUL in a field's name becomes U+FFFD. Every field keeps its type but
 * for what is too deep.
 *
 * @returns the document, with the names of what was cut as `truncated` where something was; `metrics.history` for example.
 */
export function truncateDocument<D extends object>(document: D): D & { truncated?: string[] }
export function truncateDocument(document: Record<string, unknown>): Record<string, unknown> {
  const cut = new Set<string>()
  const note: Note = (path) => cut.add(path.join('.'))
  const storable = storableRecord(document, [], 0, note)
  const fitted = bytesOf(storable) > MAX_BYTES ? cutRecord(storable, MAX_BYTES, [], note) : storable
  if (cut.size === 0) return fitted
  const names = cut.size <= MAX_NAMES ? cut : new Set(cut.values().map((name) => name.split('.')[0]))
  return { ...fitted, truncated: [...names] }
}

/** Two names tell enough. */
const within = (path: Path, name: string): Path => (path.length < 2 ? [...path, name] : path)

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** @param level of documents and lists around the value. */
function storable(value: unknown, path: Path, level: number, note: Note): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  const isList = Array.isArray(value)
  if (!isList && !isRecord(value)) return value
  // The driver takes a record with such a field for a value of another type, and refuses it.
  if (level >= MAX_LEVELS || '_bsontype' in value) {
    note(path)
    return JSON.stringify(value)
  }
  if (isList) return value.map((inner) => storable(inner, path, level + 1, note))
  return storableRecord(value, path, level, note)
}

function storableRecord(
  record: Record<string, unknown>,
  path: Path,
  level: number,
  note: Note,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => {
      const storedName = name.replaceAll('\0', '\ufffd').toWellFormed()
      const inner = within(path, storedName)
      if (name.includes('\0')) note(inner)
      return [storedName, storable(value, inner, level + 1, note)]
    }),
  )
}

/** In BSON, as the value of a field. The driver's own measure takes much longer where there are many values. */
function bytesOf(value: unknown): number {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 4 : 8
  if (typeof value === 'string') return 4 + Buffer.byteLength(value) + 1
  let bytes = EMPTY_DOCUMENT_BYTES
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) bytes += 2 + String(i).length + bytesOf(value[i])
    return bytes
  }
  if (isRecord(value)) {
    for (const name of Object.keys(value)) bytes += 2 + Buffer.byteLength(name) + bytesOf(value[name])
    return bytes
  }
  return BSON.calculateObjectSize({ '': value }) - EMPTY_DOCUMENT_BYTES - 2
}

function cutTo(max: number, value: unknown, path: Path, note: Note): unknown {
  if (bytesOf(value) <= max) return value
  if (isRecord(value)) return cutRecord(value, max, path, note)
  note(path)
  if (typeof value === 'string') return cutText(value, max)
  return Array.isArray(value) ? cutList(value, max) : value
}

function cutText(text: string, max: number): string {
  const LENGTH_END_AND_ELLIPSIS = 4 + 1 + 3
  const bytes = Buffer.from(text).subarray(0, Math.max(0, max - LENGTH_END_AND_ELLIPSIS))
  // As a stream, so that a character of which the end is missing is left out.
  return `${new TextDecoder().decode(bytes, { stream: true })}…`
}

function cutList(list: readonly unknown[], max: number): unknown[] {
  let bytes = EMPTY_DOCUMENT_BYTES
  const end = list.findIndex((value, i) => {
    bytes += 2 + String(i).length + bytesOf(value)
    return bytes > max
  })
  return end === -1 ? [...list] : list.slice(0, end)
}

function cutRecord(
  record: Record<string, unknown>,
  max: number,
  path: Path,
  note: Note,
): Record<string, unknown> {
  const fields = Object.entries(record).map(([name, value]) => {
    return { name, value, nameBytes: 2 + Buffer.byteLength(name), bytes: bytesOf(value) }
  })
  const names = fields.reduce((sum, { nameBytes }) => sum + nameBytes, 0)
  const share = evenShare(
    fields.map(({ bytes }) => bytes),
    max - EMPTY_DOCUMENT_BYTES - names,
  )
  if (share >= MIN_FIELD_BYTES) {
    const cut = fields.map(
      ({ name, value }) => [name, cutTo(share, value, within(path, name), note)] as const,
    )
    return Object.fromEntries(sameLengths(Object.values(record), cut))
  }
  note(path)
  let left = max - EMPTY_DOCUMENT_BYTES
  const kept = fields.filter(({ nameBytes, bytes }) => {
    const fits = nameBytes + bytes <= left
    if (fits) left -= nameBytes + bytes
    return fits
  })
  return Object.fromEntries(kept.map(({ name, value }) => [name, value]))
}

/** The size to which the largest are to be cut so that all are as large as the room. */
function evenShare(sizes: readonly number[], room: number): number {
  let left = room
  for (const [i, size] of sizes.toSorted((a, b) => a - b).entries()) {
    const share = left / (sizes.length - i)
    if (size > share) return Math.floor(share)
    left -= size
  }
  return Number.POSITIVE_INFINITY
}

/** Cuts lists that had the same length to the same length: an integer takes fewer bytes than a fraction. */
function sameLengths(
  before: readonly unknown[],
  after: readonly (readonly [string, unknown])[],
): (readonly [string, unknown])[] {
  const lengths = before.map((value) => (Array.isArray(value) ? value.length : -1))
  const areColumns = lengths.length > 1 && lengths.every((length) => length === lengths[0] && length > 0)
  if (!areColumns) return [...after]
  const end = Math.min(...after.map(([, value]) => (Array.isArray(value) ? value.length : 0)))
  return after.map(([name, value]) => [name, Array.isArray(value) ? value.slice(0, end) : value])
}
