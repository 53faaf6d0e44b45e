import type { Command } from '../command.ts'
import { MongoError } from '../errors.ts'
import { MAX_INDEXES } from '../limits.ts'

export const listIndexes: Command = (_, { database, cursors, ...context }) => {
  const name = context.collectionName()
  const namespace = database.namespaceOf(name)
  const collection = database.find(name)
  if (collection === undefined) {
    throw new MongoError(26, 'NamespaceNotFound', `ns does not exist: ${namespace}`)
  }
  const indexes = collection.indexes().map((index) => ({ v: 2, ...index }))
  return cursors.reply(namespace, indexes, MAX_INDEXES + 1)
}
