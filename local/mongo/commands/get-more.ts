import { z } from 'zod'
import { count, cursorId, defineCommand } from '../command.ts'

const fields = z.object({ getMore: cursorId, batchSize: count.default(Number.MAX_SAFE_INTEGER) })

export const getMore = defineCommand('getMore', fields, ({ getMore, batchSize }, { cursors }) =>
  cursors.getMore(String(getMore), batchSize),
)
