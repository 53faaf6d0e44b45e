import { z } from 'zod'
import { count, defineCommand, document } from '../command.ts'
import { select } from '../query.ts'

const fields = z.object({
  query: document.optional(),
  skip: count.optional(),
  limit: count.default(0),
})

export const countCommand = defineCommand('count', fields, ({ query, skip, limit }, context) => {
  const collection = context.database.find(context.collectionName())
  const documents = select(collection, { filter: query, skip, limit: Math.abs(limit) })
  return { n: Iterator.from(documents).reduce((n) => n + 1, 0), ok: 1 }
})
