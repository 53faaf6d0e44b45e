import { createServer, type Socket } from 'node:net'
import type { Document } from 'bson'
import { Cursors } from './cursors.ts'
import { Databases } from './databases.ts'
import { MongoError, toMongoError } from './errors.ts'
import { runCommand } from './run-command.ts'
import { respond, splitMessages } from './wire-protocol.ts'

/** A MongoDB server for local work: the wire protocol, on documents in memory with a log on disk. */
export type MongoServer = {
  /** mongodb://127.0.0.1:port */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/**
 * Called with each command of a connection before it runs: returns a reply in its place, or undefined to run it, or
 * throws MongoError. Tests use it to require a password.
 */
export type Gate = (command: Document) => Document | undefined

/**
 * Starts the server on 127.0.0.1.
 *
 * @param settings.gate makes the gate of a connection; without it every command runs.
 * @param settings.directory where the data are kept; without it in memory only.
 * @param settings.port a free one by default.
 */
export async function startMongo(
  settings: { directory?: string; port?: number; gate?: () => Gate } = {},
): Promise<MongoServer> {
  const databases = new Databases(settings.directory)
  const cursors = new Cursors()
  const sockets = new Set<Socket>()

  const server = createServer((socket) => {
    sockets.add(socket)
    const messages = splitMessages()
    const gate = settings.gate?.()
    const run = (command: Document) => gate?.(command) ?? runCommand(command, databases, cursors)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const message of messages(chunk)) {
          const reply = respond(message, (read) => answer(read, run))
          if (reply !== undefined) socket.write(reply)
        }
      } catch (error) {
        // Like MongoDB, closes the connection on bytes that are no message.
        socket.destroy(error instanceof Error ? error : undefined)
      }
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The Mongo server has no port.')
  return {
    url: `mongodb://127.0.0.1:${address.port}`,
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      databases.close()
    },
  }
}

/** The reply to a command, or the error as a reply. Throws where the bytes are no command. */
function answer(read: () => Document, run: (command: Document) => Document): Document {
  let command: Document
  try {
    command = read()
  } catch (error) {
    // Exceeded limits, such as the size of a document, are answered as errors.
    if (error instanceof MongoError) return toReply(error)
    throw error
  }
  try {
    return run(command)
  } catch (error) {
    return toReply(error)
  }
}

function toReply(error: unknown): Document {
  const { message, code, codeName, details } = toMongoError(error)
  return { ok: 0, errmsg: message, code, codeName, ...details }
}
