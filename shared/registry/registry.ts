import { MongoClient, ObjectId } from 'mongodb'
import type { Config } from '../runtime/config.ts'
import type { Bucket } from '../storage/bucket.ts'
import { collectionsIn, datasetCollection } from './collections.ts'
import { readFile } from './gridfs.ts'

/** The registry in MongoDB: collections `models`, `aliases`, `jobs` and `datasets`, files in GridFS (bucket `fs`). */
export type Registry = ReturnType<typeof registryIn>

/** Where models are kept: the bucket, which is the source of truth, and the registry, a view that is made from it. */
export type ModelStores = { readonly bucket: Bucket; readonly registry: Registry }

export type StoredDataset =
  | { readonly kind: 'file'; readonly bytes: AsyncIterable<Buffer> }
  | { readonly kind: 'object'; readonly path: string }
  | { readonly kind: 'documents'; readonly documents: AsyncIterable<Record<string, unknown>> }

/**
 * Connects to the registry that the settings name, or answers undefined when they name none. Throws when it cannot be
 * reached within five seconds. Whether writes are retried is left to the connection string: Amazon DocumentDB needs
 * retryWrites=false there.
 *
 * @param isRenewal whether MongoDB has refused the connection string: the secret is fetched again, and not taken from the cache.
 */
export async function connectRegistry(config: Config, isRenewal = false): Promise<Registry | undefined> {
  const url = await registryUrl(config, isRenewal)
  if (url === undefined) return undefined
  const client = await MongoClient.connect(url, {
    serverSelectionTimeoutMS: 5000,
    socketTimeoutMS: 30_000,
    maxPoolSize: 4,
    // A function that is idle keeps its connections open, and Atlas allows so many.
    maxIdleTimeMS: 60_000,
    ...(config.MONGODB_TLS_CA_FILE === undefined ? {} : { tlsCAFile: config.MONGODB_TLS_CA_FILE }),
    appName: 'tensorfleet',
  })
  return registryIn(client, config.MONGODB_DB)
}

async function registryUrl(config: Config, isRenewal: boolean): Promise<string | undefined> {
  if (config.MONGODB_SECRET_ARN === undefined) return config.MONGODB_URL
  const { getSecret } = await import('@aws-lambda-powertools/parameters/secrets')
  const secret = await getSecret(config.MONGODB_SECRET_ARN, { maxAge: 300, forceFetch: isRenewal })
  if (typeof secret !== 'string' || secret === '') {
    throw new Error(
      `The secret ${config.MONGODB_SECRET_ARN} is empty: put the MongoDB connection string there.`,
    )
  }
  return secret
}

function registryIn(client: MongoClient, database: string) {
  const db = client.db(database)
  const { models, aliases, datasets } = collectionsIn(db)

  return {
    db,

    /**
     * The dataset of that name: its CSV in GridFS, the object that its document names, or the documents (without `_id`) of the
     * collection of that name.
     */
    async findDataset(name: string): Promise<StoredDataset | undefined> {
      const entry = await datasets.findOne({ name })
      if (entry?.file_id !== undefined && entry.file_id !== null) {
        return { kind: 'file', bytes: readFile(db, fileId(entry.file_id)) }
      }
      if (typeof entry?.minio_path === 'string' && entry.minio_path !== '') {
        return { kind: 'object', path: entry.minio_path }
      }
      const documents = datasetCollection(db, name)
      if (documents === undefined || (await documents.findOne({})) === null) return undefined
      return { kind: 'documents', documents: documents.find({}, { projection: { _id: 0 } }) }
    },

    /** The newest models first, with the original worker's fields. */
    async listModels(limit = 50) {
      const fields = ['name', 'algorithm', 'metrics', 'created_at', 'version', 'job_id', 'status']
      const projection = Object.fromEntries(fields.map((field) => [field, 1]))
      const found = await models
        .find({}, { projection })
        .sort({ created_at: -1, _id: -1 })
        .limit(limit)
        .toArray()
      return found.map(withTextIds)
    },

    /** Every version of a model, newest first, whole documents with their ids as strings. */
    async versionsOf(name: string): Promise<Record<string, unknown>[]> {
      const found = await models.find({ name }).sort({ created_at: -1, _id: -1 }).toArray()
      return found.map(withTextIds)
    },

    /** Where the aliases of a model's name point, ids as strings. */
    async aliasesOf(name: string): Promise<Record<string, unknown>[]> {
      const found = await aliases
        .find({ name }, { projection: { _id: 0 } })
        .sort({ alias: 1 })
        .toArray()
      return found.map(withTextIds)
    },

    /** The id of the newest model of that name; undefined when there is none. */
    async newestModel(name: string): Promise<string | undefined> {
      const found = await models.findOne({ name }, { sort: { created_at: -1, _id: -1 } })
      return found?._id.toHexString()
    },

    /** A model's whole document, its ids as strings; undefined when there is none. */
    async getModelMetadata(id: string): Promise<Record<string, unknown> | undefined> {
      if (!ObjectId.isValid(id)) return undefined
      const found = await models.findOne({ _id: new ObjectId(id) })
      return found === null ? undefined : withTextIds(found)
    },

    close: () => client.close(),
  }
}

/** GridFS allows ids of any type; an ObjectId may have been written as text. */
function fileId(id: unknown): unknown {
  return typeof id === 'string' && /^[0-9a-f]{24}$/i.test(id) ? new ObjectId(id) : id
}

function withTextIds(document: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => [
      key,
      value instanceof ObjectId ? value.toHexString() : value,
    ]),
  )
}
