import { messageCount } from '../shared/dead-letters/message-count.ts'
import type { Connection } from './connect.ts'

const LOOK_EVERY_MS = 20_000
/** SQS' message counts are eventually consistent: about a minute. */
const LOOKS = 4

/**
 * Notices when a message that a command waits for is gone, because the queue was purged or the message expired.
 *
 * @returns a function that says whether the message is gone. It looks into the queues now and then, and is sure when
 * they
 *   were empty several times in a row.
 */
export function watchMessage(connection: Connection, everyMs = LOOK_EVERY_MS): () => Promise<boolean> {
  let next = performance.now() + everyMs
  let empty = 0
  return async () => {
    if (performance.now() < next) return false
    next = performance.now() + everyMs
    empty = (await messageCount(connection)) === 0 ? empty + 1 : 0
    return empty >= LOOKS
  }
}
