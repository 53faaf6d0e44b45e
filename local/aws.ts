import { type FileHandle, open } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Readable } from 'node:stream'
import { buildApp } from 'fauxqs'
import { type AwsClientSettings, awsClientSettings } from './aws-client-settings.ts'
import { serveFairly } from './fair-queues.ts'

export type LocalAws = {
  /** http://127.0.0.1:port; S3 and SQS share it. */
  readonly endpoint: string
  /** Settings for clients in this process. */
  readonly clients: AwsClientSettings
  close(): Promise<void>
}

type ObjectParams = { bucket?: string; '*'?: string }
type App = ReturnType<typeof buildApp>
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>
type QueuePersistence = NonNullable<Stores['sqsStore']['persistence']>
type ObjectPersistence = NonNullable<Stores['s3Store']['persistence']> & {
  loadS3(store: Stores['s3Store']): void
}

/**
 * Starts S3 and SQS (fauxqs) on 127.0.0.1. Queues and messages lie in `directory`/sqs (SQLite), objects as plain
 * files in `directory`/s3. Composed of fauxqs' parts, because its own start listens on every network interface, takes
 * no object above 11 MiB, overwrites an object that `If-None-Match: *` should keep, loses a message that is given
 * back at once, and knows no fair queues.
 *
 * @param port a free one by default.
 * @param onPut is called for each object that one PUT request wrote, like S3's event notifications.
 */
export async function startAws(
  directory: string,
  port = 0,
  onPut?: (bucket: string, key: string) => void,
): Promise<LocalAws> {
  const { stores, queues, log, persistences } = await openStores(directory)
  // No hook may wait before S3 answers: a PUT then has the status 500 for the hooks behind it.
  const app = buildApp({ logger: false, stores })
  app.addHook('preClose', async () => {
    for (const persistence of persistences) persistence.close()
  })
  takeObjectsOfAnySize(app)
  honourIfNoneMatch(app, stores.s3Store)
  keepConnections(app)
  serveFairly(app, stores.sqsStore)
  awaitDiskForSends(app, queues, log)
  if (onPut !== undefined) tellOfPuts(app, onPut)
  const endpoint = await app.listen({ port, host: '127.0.0.1' })
  return { endpoint, clients: awsClientSettings(endpoint, {}), close: () => app.close() }
}

/** The stores of fauxqs' state, restored from the directory. Its package does not export them. */
async function openStores(directory: string) {
  const inside = (file: string) => import(new URL(file, import.meta.resolve('fauxqs')).href)
  const { SqsStore }: { SqsStore: new () => Stores['sqsStore'] } = await inside('sqs/sqsStore.js')
  const { SnsStore }: { SnsStore: new () => Stores['snsStore'] } = await inside('sns/snsStore.js')
  const { S3Store }: { S3Store: new () => Stores['s3Store'] } = await inside('s3/s3Store.js')
  const { PersistenceManager }: { PersistenceManager: new (path: string) => QueuePersistence } =
    await inside('persistence.js')
  const { FileS3Persistence }: { FileS3Persistence: new (path: string) => ObjectPersistence } =
    await inside('s3/fileS3Persistence.js')

  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() }
  const queues = new PersistenceManager(join(directory, 'sqs'))
  const objects = new FileS3Persistence(join(directory, 's3'))
  queues.loadSqsAndSns(stores.sqsStore, stores.snsStore)
  objects.loadS3(stores.s3Store)
  keepPartsInMemory(objects)
  const db = databaseOf(queues)
  keepMessagesGivenBack(queues, db)
  stores.sqsStore.persistence = queues
  stores.snsStore.persistence = queues
  for (const queue of stores.sqsStore.allQueues()) queue.persistence = queues
  stores.s3Store.persistence = objects
  const log = await openLog(db, join(directory, 'sqs'))
  return { stores, queues, log, persistences: [queues, objects] }
}

/**
 * The log of a database to which SQLite appends without waiting for the disk.
 *
 * @param folder of the database: that the log is in it is on the disk then.
 */
async function openLog(db: DatabaseSync, folder: string): Promise<FileHandle> {
  db.exec('PRAGMA synchronous = NORMAL')
  const log = await open(`${db.location()}-wal`)
  const place = await open(folder)
  await place.sync()
  await place.close()
  return log
}

function databaseOf(queues: QueuePersistence): DatabaseSync {
  const db: unknown = Reflect.get(queues, 'db')
  if (!(db instanceof DatabaseSync)) throw new Error('fauxqs keeps its messages elsewhere than expected.')
  return db
}

/**
 * A sent message is on the disk before the sender gets an answer: SQLite appends it to its log without waiting, and the log
 * is then synchronised in another thread, once for all messages of a request, while requests of S3 go on. A receive or a deletion
 * may be lost when the machine loses power: the message is then delivered again, which SQS allows.
 * (https://sqlite.org/pragma.html#pragma_synchronous, https://sqlite.org/wal.html)
 */
function awaitDiskForSends(app: App, queues: QueuePersistence, log: FileHandle): void {
  let isScheduled = false
  let onDisk = Promise.resolve()
  const insertMessage = queues.insertMessage.bind(queues)
  queues.insertMessage = (...given) => {
    insertMessage(...given)
    if (isScheduled) return
    isScheduled = true
    onDisk = Promise.resolve().then(() => {
      isScheduled = false
      return log.datasync()
    })
    // The request that it belongs to fails by it.
    onDisk.catch(() => undefined)
  }
  app.addHook('onSend', (request, _reply, payload, done) => {
    if (isOfQueues(request.headers)) onDisk.then(() => done(null, payload), done)
    else done(null, payload)
  })
  app.addHook('onClose', () => log.close())
}

/** A request of SQS' JSON protocol, or of the query protocol that older clients speak. */
const isOfQueues = (headers: IncomingHttpHeaders): boolean =>
  headers['x-amz-target'] !== undefined ||
  headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true

/**
 * fauxqs clears a message's receive count where its own table wants one: the failure drops the message on the way.
 */
function keepMessagesGivenBack(queues: QueuePersistence, db: DatabaseSync): void {
  const makeVisible = db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  )
  queues.updateMessageReady = (messageId) => {
    makeVisible.run(messageId)
  }
}

/**
 * Keeps the parts of an upload in memory until the object is complete: after a stop of the server, the client uploads
 * again.
 */
function keepPartsInMemory(objects: ObjectPersistence): void {
  objects.insertMultipartUpload = () => undefined
  objects.upsertMultipartPart = () => undefined
  objects.deleteMultipartUpload = () => undefined
}

function takeObjectsOfAnySize(app: App): void {
  app.removeContentTypeParser('*')
  app.addContentTypeParser('*', async (_request: unknown, payload: Readable) =>
    Buffer.concat(await payload.toArray()),
  )
}

/** The handler stores an object without waiting for anything, so what is asked right before it cannot be outrun. */
function honourIfNoneMatch(app: App, objects: Stores['s3Store']): void {
  app.addHook<{ Params: ObjectParams }>('preHandler', async (request, reply) => {
    const { bucket, '*': key } = request.params
    if (request.method !== 'PUT' || request.headers['if-none-match'] !== '*' || !bucket || !key) return
    if (!exists(objects, bucket, key)) return
    const message = 'At least one of the pre-conditions you specified did not hold'
    return reply
      .status(412)
      .type('application/xml')
      .send(`<Error><Code>PreconditionFailed</Code><Message>${message}</Message></Error>`)
  })
}

/** Node's client closes the connection behind an answer without a length, such as that an object asked for by HEAD is not there. */
function keepConnections(app: App): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.method === 'HEAD' && !reply.hasHeader('content-length')) reply.header('content-length', 0)
    done(null, payload)
  })
}

function tellOfPuts(app: App, onPut: (bucket: string, key: string) => void): void {
  app.addHook<{ Params: ObjectParams }>('onResponse', async (request, reply) => {
    const { bucket, '*': key } = request.params
    if (request.method === 'PUT' && reply.statusCode === 200 && bucket && key) onPut(bucket, key)
  })
}

function exists(objects: Stores['s3Store'], bucket: string, key: string): boolean {
  try {
    objects.headObject(bucket, key)
    return true
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return false
    throw error
  }
}
