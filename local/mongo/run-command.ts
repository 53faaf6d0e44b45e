import type { Document } from 'bson'
import { type Command, refuseUnsupported } from './command.ts'
import { aggregate } from './commands/aggregate.ts'
import { create, drop, dropDatabase, listCollections, listDatabases } from './commands/collections.ts'
import { countCommand } from './commands/count.ts'
import { createIndexes } from './commands/create-indexes.ts'
import { deleteCommand } from './commands/delete.ts'
import { distinct } from './commands/distinct.ts'
import { dropIndexes } from './commands/drop-indexes.ts'
import { find } from './commands/find.ts'
import { findAndModify } from './commands/find-and-modify.ts'
import { getMore } from './commands/get-more.ts'
import { hello } from './commands/hello.ts'
import { insert } from './commands/insert.ts'
import { killCursors } from './commands/kill-cursors.ts'
import { listIndexes } from './commands/list-indexes.ts'
import {
  buildInfo,
  connectionStatus,
  endSessions,
  getParameter,
  ping,
  whatsMyUri,
} from './commands/server-status.ts'
import { updateCommand } from './commands/update.ts'
import type { Cursors } from './cursors.ts'
import type { Databases } from './databases.ts'
import { badValue, MongoError } from './errors.ts'
import { checkDatabaseName, collectionName } from './namespaces.ts'

/** The commands by their names in lower case: MongoDB takes both. */
const commands: Readonly<Record<string, Command>> = {
  aggregate,
  buildinfo: buildInfo,
  connectionstatus: connectionStatus,
  count: countCommand,
  create,
  createindexes: createIndexes,
  delete: deleteCommand,
  distinct,
  drop,
  dropdatabase: dropDatabase,
  dropindexes: dropIndexes,
  endsessions: endSessions,
  find,
  findandmodify: findAndModify,
  getmore: getMore,
  getparameter: getParameter,
  hello,
  insert,
  ismaster: hello,
  killcursors: killCursors,
  listcollections: listCollections,
  listdatabases: listDatabases,
  listindexes: listIndexes,
  ping,
  update: updateCommand,
  whatsmyuri: whatsMyUri,
}

/** Carries out a command, which is named by its first field, and returns the reply. Throws MongoError. */
export function runCommand(command: Document, databases: Databases, cursors: Cursors): Document {
  const [name, argument] = Object.entries(command)[0] ?? ['', undefined]
  const run = commands[name.toLowerCase()]
  if (run === undefined) throw new MongoError(59, 'CommandNotFound', `no such command: '${name}'`)
  refuseUnsupported(command)
  const { $db } = command
  if (typeof $db !== 'string') throw badValue('A command needs a database ($db).')
  checkDatabaseName($db)
  return run(command, {
    databases,
    database: databases.get($db),
    cursors,
    collectionName: () => collectionName($db, argument),
  })
}
