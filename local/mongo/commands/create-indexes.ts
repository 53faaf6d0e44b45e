import { z } from 'zod'
import { arrayOf, defineCommand, document, flag, text } from '../command.ts'
import { badValue } from '../errors.ts'
import { checkIndexSpec } from '../index-spec.ts'

const index = z.object({
  name: text,
  key: document,
  unique: flag.optional(),
  sparse: flag.optional(),
  partialFilterExpression: document.optional(),
  expireAfterSeconds: z.unknown().optional(),
})
const fields = z.object({ indexes: arrayOf(index) })

export const createIndexes = defineCommand('createIndexes', fields, ({ indexes }, context) => {
  if (indexes.length === 0) throw badValue('Must specify at least one index to create')
  for (const { expireAfterSeconds, ...spec } of indexes) {
    if (expireAfterSeconds !== undefined) throw badValue('The embedded server lets no document expire.')
    checkIndexSpec(spec)
  }
  const collection = context.database.findOrCreate(context.collectionName())
  const numIndexesBefore = collection.indexes().length
  for (const { expireAfterSeconds: _, ...spec } of indexes) collection.createIndex(spec)
  return { numIndexesBefore, numIndexesAfter: collection.indexes().length, ok: 1 }
})
