/** Commands about the server and its connections, which answer the same each time. */
import type { Command } from '../command.ts'
import { MAX_DOCUMENT_BYTES } from '../limits.ts'

export const ping: Command = () => ({ ok: 1 })
export const getParameter: Command = () => ({ ok: 1 })
export const endSessions: Command = () => ({ ok: 1 })
export const whatsMyUri: Command = () => ({ you: '127.0.0.1:0', ok: 1 })

export const buildInfo: Command = () => ({
  version: '7.0.0',
  versionArray: [7, 0, 0, 0],
  maxBsonObjectSize: MAX_DOCUMENT_BYTES,
  ok: 1,
})

export const connectionStatus: Command = () => ({
  authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] },
  ok: 1,
})
