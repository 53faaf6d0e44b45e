import { z } from 'zod'
import { arrayOf, count, defineCommand, document, flag, writeEach } from '../command.ts'

const fields = z.object({
  deletes: arrayOf(z.object({ q: document, limit: count })),
  ordered: flag.default(true),
})

export const deleteCommand = defineCommand('delete', fields, ({ deletes, ordered }, context) => {
  const collection = context.database.find(context.collectionName())
  let n = 0
  const errors = writeEach(deletes, ordered, ({ q, limit }) => {
    n += collection?.remove(q, limit) ?? 0
  })
  return { n, ...errors, ok: 1 }
})
