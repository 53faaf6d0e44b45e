import { createHash } from 'node:crypto'
import { Binary, type Db, ObjectId } from 'mongodb'

const CHUNK_BYTES = 255 * 1024

/**
 * Puts a file into GridFS under an id that follows from what it is, so that doing it twice, or at once from two
 * stores, or again after a crash half-way, leaves one file: every chunk is an upsert on (files_id, n), and the
 * `fs.files` document, by which readers find the file, is written last.
 */
export async function putFile(
  db: Db,
  file: { id: ObjectId; filename: string; metadata: Record<string, unknown>; uploadDate: Date },
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  const chunks = db.collection('fs.chunks')
  await chunks.createIndex({ files_id: 1, n: 1 }, { unique: true })
  await db.collection('fs.files').createIndex({ filename: 1, uploadDate: 1 })
  let n = 0
  let length = 0
  for await (const data of inChunks(body)) {
    const chunk = { $set: { data: new Binary(data) }, $setOnInsert: { _id: chunkId(file.id, n) } }
    await chunks.updateOne({ files_id: file.id, n }, chunk, { upsert: true })
    n++
    length += data.length
  }
  await chunks.deleteMany({ files_id: file.id, n: { $gte: n } })
  await db.collection('fs.files').replaceOne(
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

/** Removes a file from GridFS, what readers find it by first. Removing it again, or what was never whole, is fine. */
export async function removeFile(db: Db, id: ObjectId): Promise<void> {
  await db.collection('fs.files').deleteOne({ _id: id })
  await db.collection('fs.chunks').deleteMany({ files_id: id })
}

/** Follows from file and number, so that a registry made again is the same to the last id. */
function chunkId(file: ObjectId, n: number): ObjectId {
  const hash = createHash('sha256').update(`${file.toHexString()} ${n}`).digest('hex')
  return new ObjectId(hash.slice(0, 24))
}

async function* inChunks(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
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
