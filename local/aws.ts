import { Server } from 'node:net'
import { join } from 'node:path'
import { type FauxqsServer, startFauxqs } from 'fauxqs'

export type LocalAws = {
  /** http://127.0.0.1:port, of S3 and SQS alike. */
  readonly endpoint: string
  close(): Promise<void>
}

/**
 * Starts S3 and SQS (fauxqs) on 127.0.0.1. Queues and messages lie in `directory`/sqs (SQLite), objects as plain files in
 * `directory`/s3.
 *
 * @param port a free one by default.
 */
export async function startAws(directory: string, port = 0): Promise<LocalAws> {
  const server = await onLoopback(() =>
    startFauxqs({
      port,
      logger: false,
      dataDir: join(directory, 'sqs'),
      s3StorageDir: join(directory, 's3'),
    }),
  )
  return { endpoint: `http://127.0.0.1:${server.port}`, close: () => server.stop() }
}

/** fauxqs listens on every network interface and takes no address: while it starts, that is turned into 127.0.0.1. */
async function onLoopback(start: () => Promise<FauxqsServer>): Promise<FauxqsServer> {
  const listen = Server.prototype.listen
  Server.prototype.listen = function (this: Server, ...given: unknown[]) {
    const [first, ...rest] = given
    const address =
      typeof first === 'object' && first !== null && 'port' in first ? { ...first, host: '127.0.0.1' } : first
    return Reflect.apply(listen, this, [address, ...rest])
  }
  try {
    return await start()
  } finally {
    Server.prototype.listen = listen
  }
}
