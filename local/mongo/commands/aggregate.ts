import type { Document } from 'bson'
import { Aggregator } from 'mingo'
import { z } from 'zod'
import { arrayOf, count, defineCommand, document } from '../command.ts'
import { badValue, MongoError } from '../errors.ts'
import { select } from '../query.ts'
import { DEFAULT_BATCH_SIZE } from './find.ts'

const fields = z.object({
  pipeline: arrayOf(document),
  cursor: z.object({ batchSize: count.optional() }, { error: 'object' }).optional(),
})

export const aggregate = defineCommand('aggregate', fields, ({ pipeline, cursor }, context) => {
  const { database, cursors } = context
  const name = context.collectionName()
  checkStages(pipeline)
  const [first, ...rest] = pipeline
  // A filter in front finds its documents by the collection's indexes.
  const filter: Document | undefined = first?.$match
  const stages = filter === undefined ? pipeline : rest
  const collectionResolver = (other: string) => [...select(database.find(other), {})]
  const found = new Aggregator(stages, { collectionResolver }).run<Document>([
    ...select(database.find(name), { filter }),
  ])
  return cursors.reply(database.namespaceOf(name), found, cursor?.batchSize ?? DEFAULT_BATCH_SIZE)
})

function checkStages(pipeline: readonly Document[]): void {
  for (const stage of pipeline) {
    const names = Object.keys(stage)
    if (names.length !== 1) {
      const message = 'A pipeline stage specification object must contain exactly one field.'
      throw new MongoError(40323, 'Location40323', message)
    }
    if (names[0] === '$out' || names[0] === '$merge') {
      throw badValue(`The embedded server has no ${names[0]}.`)
    }
  }
}
