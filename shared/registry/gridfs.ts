import { createHash, hash } from 'node:crypto'
import {
  type AnyBulkWriteOperation,
  Binary,
  type Collection,
  type Db,
  type Document,
  ObjectId,
} from 'mongodb'
import { type ChunkDocument, collectionsIn } from './collections.ts'
import { isDuplicateKey } from './is-retryable.ts'

const CHUNK_BYTES = 255 * 1024
/** In one request, of 4 MiB: a server may be far away. */
const CHUNKS_AT_ONCE = 16

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/**
 * Puts a file into GridFS under an id that follows from what it is, so that doing it twice, or at once from two
 * stores, or again after a crash half-way, leaves one file: every chunk is an upsert on (files_id, n), and the
 * `fs.files` document, by which readers find the file, is written last.
 */
export async function putFile(
  db: Db,
  file: { id: ObjectId; filename: string; metadata: Record<string, unknown>; uploadDate: Date },
  body: Pieces,
): Promise<void> {
  const { files, chunks } = collectionsIn(db)
  await indexChunks(chunks)
  await files.createIndex({ filename: 1, uploadDate: 1 })
  let n = 0
  let length = 0
  let writes: AnyBulkWriteOperation<ChunkDocument>[] = []
  const write = async () => {
    if (writes.length > 0) await chunks.bulkWrite(writes, { ordered: false })
    writes = []
  }
  for await (const data of inChunks(body)) {
    const update = { $set: { data: new Binary(data) }, $setOnInsert: { _id: chunkId(file.id, n) } }
    writes.push({ updateOne: { filter: { files_id: file.id, n }, update, upsert: true } })
    if (writes.length === CHUNKS_AT_ONCE) await write()
    n++
    length += data.length
  }
  await write()
  await chunks.deleteMany({ files_id: file.id, n: { $gte: n } })
  await files.replaceOne(
    { _id: file.id },
    {
      length,
      chunkSize: CHUNK_BYTES,
      uploadDate: file.uploadDate,
      filename: file.filename,
      metadata: file.metadata,
    },
    { upsert: true },
  )
}

/**
 * The index of GridFS. Where another file's chunk is there twice it cannot be unique; ours are told apart by their ids, too.
 *
 * https://github.com/mongodb/specifications/blob/master/source/gridfs/gridfs-spec.md#indexes
 */
async function indexChunks(chunks: Collection<ChunkDocument>): Promise<void> {
  const keys = { files_id: 1, n: 1 } as const
  try {
    await chunks.createIndex(keys, { unique: true })
  } catch (error) {
    if (isIndexThere(error)) return
    if (!isDuplicateKey(error)) throw error
    await chunks.createIndex(keys)
  }
}

/** IndexOptionsConflict and IndexKeySpecsConflict: of the same keys, and not unique. */
const isIndexThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 85 || error.code === 86)

/** A file in GridFS is not what its document in fs.files says. Trying again does not mend it. */
export class DamagedFile extends Error {
  override readonly name = 'DamagedFile'
}

/**
 * The bytes of a file in GridFS, chunk by chunk. The driver's own stream ends without an error where the last chunks
 * are missing, and checks no hash.
 *
 * @param id of any type, as GridFS allows.
 * @throws DamagedFile, at the latest behind the last byte, when the chunks are not those of the file's length and chunk
 * size, or its bytes have another md5 or sha256 than the file's document says. Keep nothing of what came before.
 */
export async function* readFile(db: Db, id: unknown): AsyncGenerator<Buffer> {
  const { files, chunks } = collectionsIn(db)
  const byId: Document = { _id: id }
  const file = await files.findOne(byId)
  if (file === null) throw new DamagedFile(`fs.files has no document with the _id ${id}`)
  const { length, chunkSize } = sizesOf(file)
  const count = Math.ceil(length / chunkSize)
  const digests = digestsOf(file)
  let next = 0
  for await (const { n, data } of chunks.find({ files_id: id }).sort({ n: 1 })) {
    if (n !== next) throw new DamagedFile(misnumbered(n, next))
    if (next === count) {
      throw new DamagedFile(`chunk ${n} is more than the ${length} bytes that fs.files tells`)
    }
    const expected = Math.min(chunkSize, length - n * chunkSize)
    const bytes = data instanceof Binary ? Buffer.from(data.value()) : undefined
    if (bytes?.length !== expected) {
      throw new DamagedFile(`chunk ${n} has ${bytes?.length ?? 'no'} bytes instead of ${expected}`)
    }
    for (const { hash } of digests) hash.update(bytes)
    yield bytes
    next++
  }
  if (next < count) {
    throw new DamagedFile(
      `chunk ${next} is missing: there are ${next} of ${count}, by the length of ${length} bytes in fs.files`,
    )
  }
  for (const { name, hash, expected } of digests) {
    if (hash.digest('hex') !== expected) throw new DamagedFile(`its ${name} is not the one in fs.files`)
  }
}

function sizesOf({ length, chunkSize }: Document): { length: number; chunkSize: number } {
  for (const [name, value, minimum] of [
    ['length', length, 0],
    ['chunkSize', chunkSize, 1],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < minimum) {
      throw new DamagedFile(`its ${name} in fs.files is ${JSON.stringify(value) ?? 'missing'}`)
    }
  }
  return { length, chunkSize }
}

/** The hashes that a file's document names: `md5` as drivers wrote it until 2020, `metadata` as we and others write it. */
function digestsOf({ md5, metadata }: Document) {
  const named: [string, 'md5' | 'sha256', unknown][] = [
    ['md5', 'md5', md5],
    ['metadata.md5', 'md5', metadata?.md5],
    ['metadata.sha256', 'sha256', metadata?.sha256],
  ]
  const digits = { md5: 32, sha256: 64 }
  return named.flatMap(([name, algorithm, value]) => {
    if (typeof value !== 'string' || !/^[0-9a-f]+$/i.test(value)) return []
    if (value.length !== digits[algorithm]) return []
    return [{ name, hash: createHash(algorithm), expected: value.toLowerCase() }]
  })
}

function misnumbered(n: unknown, expected: number): string {
  if (typeof n !== 'number') return `a chunk has the number ${JSON.stringify(n) ?? 'undefined'}`
  return n < expected ? `chunk ${n} is there more than once` : `chunk ${expected} is missing`
}

/** Removes a file from GridFS, what readers find it by first. Removing it again, or what was never whole, is fine. */
export async function removeFile(db: Db, id: ObjectId): Promise<void> {
  const { files, chunks } = collectionsIn(db)
  await files.deleteOne({ _id: id })
  await chunks.deleteMany({ files_id: id })
}

/** Follows from file and number, so that a registry made again is the same to the last id. */
function chunkId(file: ObjectId, n: number): ObjectId {
  const digest = hash('sha256', `${file.toHexString()} ${n}`)
  return new ObjectId(digest.slice(0, 24))
}

async function* inChunks(body: Pieces): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  for await (const piece of body) {
    held.push(piece)
    heldBytes += piece.length
    if (heldBytes < CHUNK_BYTES) continue
    const bytes = Buffer.concat(held)
    let at = 0
    for (; at + CHUNK_BYTES <= bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES)
    held = [bytes.subarray(at)]
    heldBytes = bytes.length - at
  }
  if (heldBytes > 0) yield Buffer.concat(held)
}
