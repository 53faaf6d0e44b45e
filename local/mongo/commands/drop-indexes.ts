import { z } from 'zod'
import { arrayOf, defineCommand, text } from '../command.ts'

const fields = z.object({ index: z.union([text, arrayOf(text)], { error: 'string' }) })

export const dropIndexes = defineCommand('dropIndexes', fields, ({ index }, context) => {
  const collection = context.database.findOrCreate(context.collectionName())
  const names = index === '*' ? collection.indexes().map(({ name }) => name) : [index].flat()
  for (const name of names) if (name !== '_id_') collection.dropIndex(name)
  return { ok: 1 }
})
