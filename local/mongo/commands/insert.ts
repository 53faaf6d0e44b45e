import { z } from 'zod'
import { arrayOf, defineCommand, document, flag, writeEach } from '../command.ts'

const fields = z.object({ documents: arrayOf(document), ordered: flag.default(true) })

export const insert = defineCommand('insert', fields, ({ documents, ordered }, context) => {
  const collection = context.database.findOrCreate(context.collectionName())
  let n = 0
  const errors = writeEach(documents, ordered, (document) => {
    collection.insert(document)
    n++
  })
  return { n, ...errors, ok: 1 }
})
