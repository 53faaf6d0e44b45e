import { z } from 'zod'
import { count, defineCommand, document, flag } from '../command.ts'
import { select } from '../query.ts'

/** Documents of a first reply where the client gives no number. */
export const DEFAULT_BATCH_SIZE = 101

const fields = z.object({
  filter: document.optional(),
  sort: document.optional(),
  projection: document.optional(),
  skip: count.optional(),
  limit: count.default(0),
  batchSize: count.default(DEFAULT_BATCH_SIZE),
  singleBatch: flag.default(false),
})

export const find = defineCommand('find', fields, (command, { database, cursors, ...context }) => {
  const name = context.collectionName()
  const { limit, batchSize, singleBatch, ...query } = command
  const documents = select(database.find(name), { ...query, limit: Math.abs(limit) })
  return cursors.reply(database.namespaceOf(name), documents, batchSize, singleBatch || limit < 0)
})
