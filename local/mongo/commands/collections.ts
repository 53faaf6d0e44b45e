/** Commands on collections and databases as a whole. */
import { find as mingoFind } from 'mingo'
import { z } from 'zod'
import { type Command, defineCommand, document } from '../command.ts'

export const create: Command = (_, context) => {
  context.database.findOrCreate(context.collectionName())
  return { ok: 1 }
}

export const drop: Command = (_, context) => {
  const name = context.collectionName()
  context.database.drop(name)
  return { ns: context.database.namespaceOf(name), ok: 1 }
}

export const dropDatabase: Command = (_, { database }) => {
  for (const name of database.collectionNames()) database.drop(name)
  return { dropped: database.name, ok: 1 }
}

export const listCollections = defineCommand(
  'listCollections',
  z.object({ filter: document.default({}) }),
  ({ filter }, { database, cursors }) => {
    const collections = database
      .collectionNames()
      .map((name) => ({ name, type: 'collection', options: {}, info: { readOnly: false } }))
    const matched = mingoFind<object>(collections, filter).all()
    return cursors.reply(database.namespaceOf('$cmd.listCollections'), matched, Number.MAX_SAFE_INTEGER)
  },
)

export const listDatabases: Command = (_, { databases }) => ({
  databases: databases.names().map((name) => ({ name, sizeOnDisk: 0, empty: false })),
  totalSize: 0,
  ok: 1,
})
