/**
 * Lists the models in the registry with the MongoDB driver, and saves the newest one as model.onnx.
 *
 *     npx tensorfleet local                    # in one terminal: the worker; it prints `export` lines
 *     node examples/read-registry.ts [FILE]    # in another one, after these export lines. Needs Node 24
 *
 * FILE is where the model goes; `model.onnx` by default.
 */
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { GridFSBucket, MongoClient, type ObjectId } from 'mongodb'

type ModelDocument = {
  _id: ObjectId
  /** The GridFS file: the model as ONNX. */
  file_id: ObjectId
  name: string
  version: string
  algorithm: string
  metrics: { accuracy: number | null }
  created_at: Date
}

const client = await MongoClient.connect(process.env.MONGODB_URL ?? 'mongodb://127.0.0.1:27017')
try {
  const db = client.db(process.env.MONGODB_DB ?? 'tensorfleet')
  const models = await db
    .collection<ModelDocument>('models')
    .find()
    .sort({ created_at: -1 })
    .limit(10)
    .toArray()
  for (const { name, version, metrics } of models) {
    console.log(`${name} ${version}: accuracy ${metrics.accuracy?.toFixed(3)}`)
  }
  const newest = models.at(0)
  if (newest === undefined) throw new Error('The registry has no models: train one first.')
  const file = process.argv[2] ?? 'model.onnx'
  await pipeline(new GridFSBucket(db).openDownloadStream(newest.file_id), createWriteStream(file))
  console.log(`${file} is ${newest.name} ${newest.version}`)
} finally {
  await client.close()
}
