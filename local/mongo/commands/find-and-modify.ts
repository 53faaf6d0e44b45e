import type { Document } from 'bson'
import { z } from 'zod'
import { arrayOf, defineCommand, document, flag } from '../command.ts'
import { project, select } from '../query.ts'

/** Operators, a replacement, or a pipeline. */
export const change = z.union([document, arrayOf(document)], { error: 'object' })

const fields = z.object({
  query: document.default({}),
  sort: document.optional(),
  fields: document.optional(),
  remove: flag.default(false),
  update: change.optional(),
  new: flag.default(false),
  upsert: flag.default(false),
  arrayFilters: arrayOf(document).optional(),
})

export const findAndModify = defineCommand('findAndModify', fields, (command, context) => {
  const { query, sort, update = {}, upsert, arrayFilters } = command
  const collection = context.database.findOrCreate(context.collectionName())
  const [found] = select(collection, { filter: query, sort, limit: 1 })
  const toValue = (document: Document | undefined): Document | null => {
    if (document === undefined) return null
    return command.fields === undefined ? document : (project(document, command.fields)[0] ?? null)
  }
  if (command.remove) {
    if (found !== undefined) collection.remove({ _id: found._id }, 1)
    return { value: toValue(found), lastErrorObject: { n: found === undefined ? 0 : 1 }, ok: 1 }
  }
  const options = { multi: false, upsert, arrayFilters, document: found }
  const { matched, before, after, upsertedId } = collection.update(query, update, options)
  const lastErrorObject = {
    n: matched + (upsertedId === undefined ? 0 : 1),
    updatedExisting: matched > 0,
    ...(upsertedId === undefined ? {} : { upserted: upsertedId }),
  }
  return { value: toValue(command.new ? after : before), lastErrorObject, ok: 1 }
})
