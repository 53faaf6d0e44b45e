import { z } from 'zod'
import { defineCommand, document, text } from '../command.ts'
import { select } from '../query.ts'
import { keyOf, valuesAt } from '../values.ts'

const fields = z.object({ key: text, query: document.optional() })

export const distinct = defineCommand('distinct', fields, ({ key, query }, context) => {
  const collection = context.database.find(context.collectionName())
  const values = new Map<string, unknown>()
  for (const document of select(collection, { filter: query })) {
    for (const value of valuesAt(document, key)) if (value !== undefined) values.set(keyOf(value), value)
  }
  return { values: [...values.values()], ok: 1 }
})
