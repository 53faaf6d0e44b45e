/**
 * Keeps the bytes that a reader could not read yet, because the end of what they begin has not arrived.
 *
 * @param read reads what is whole of the bytes (all, when `atEnd`), and returns how many it has read.
 */
export function unreadBytes(read: (bytes: Buffer, atEnd: boolean) => number) {
  /** The unread bytes are the first `held` of `space`. */
  let space = Buffer.alloc(0)
  let held = 0
  /** How many bytes to gather before the next attempt: a long record is not gone through again for each chunk. */
  let wanted = 0

  return {
    /** Adds bytes, has those read that can be, and returns how many are held. */
    push(chunk: Buffer): number {
      if (held + chunk.length > space.length) {
        const larger = Buffer.allocUnsafe(2 * (held + chunk.length))
        space.copy(larger, 0, 0, held)
        space = larger
      }
      held += chunk.copy(space, held)
      if (held < wanted) return held
      const used = read(space.subarray(0, held), false)
      space.copyWithin(0, used, held)
      held -= used
      wanted = used === 0 ? 2 * held : 0
      return held
    },

    /** Has the rest read. */
    finish(): void {
      read(space.subarray(0, held), true)
    },

    /** Gives the bytes back. */
    take(): Buffer {
      const taken = Buffer.from(space.subarray(0, held))
      held = 0
      wanted = 0
      return taken
    },
  }
}
