import { z } from 'zod'
import { arrayOf, cursorId, defineCommand } from '../command.ts'

const fields = z.object({ cursors: arrayOf(cursorId) })

export const killCursors = defineCommand('killCursors', fields, (command, { cursors }) => {
  const { killed = [], notFound = [] } = Object.groupBy(command.cursors, (id) =>
    cursors.kill(String(id)) ? 'killed' : 'notFound',
  )
  return {
    cursorsKilled: killed,
    cursorsNotFound: notFound,
    cursorsAlive: [],
    cursorsUnknown: [],
    ok: 1,
  }
})
