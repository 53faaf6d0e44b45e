import type { Document } from 'bson'
import { z } from 'zod'
import { arrayOf, defineCommand, document, flag, writeEach } from '../command.ts'
import { change } from './find-and-modify.ts'

const update = z.object({
  q: document,
  u: change,
  multi: flag.default(false),
  upsert: flag.default(false),
  arrayFilters: arrayOf(document).optional(),
})
const fields = z.object({ updates: arrayOf(update), ordered: flag.default(true) })

export const updateCommand = defineCommand('update', fields, ({ updates, ordered }, context) => {
  const collection = context.database.findOrCreate(context.collectionName())
  let n = 0
  let nModified = 0
  const upserted: Document[] = []
  const errors = writeEach(updates, ordered, ({ q, u, ...options }, index) => {
    const { matched, modified, upsertedId } = collection.update(q, u, options)
    n += matched
    nModified += modified
    if (upsertedId !== undefined) {
      n++
      upserted.push({ index, _id: upsertedId })
    }
  })
  return { n, nModified, ...(upserted.length > 0 ? { upserted } : {}), ...errors, ok: 1 }
})
