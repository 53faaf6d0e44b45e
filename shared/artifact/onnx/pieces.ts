/** Protobuf messages in pieces, so that a large one is never copied from one buffer to the next. */
export type Pieces = readonly Uint8Array[]

export const byteCount = (pieces: Pieces): number => pieces.reduce((sum, piece) => sum + piece.length, 0)

/** A length-delimited field. Its number is below 16. */
export function field(number: number, pieces: Pieces): Pieces {
  return [fieldHead(number, byteCount(pieces)), ...pieces]
}

/** The tag of a length-delimited field, and its length. */
export function fieldHead(number: number, length: number): Uint8Array {
  const bytes = [(number << 3) | 2]
  let rest = length
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}
