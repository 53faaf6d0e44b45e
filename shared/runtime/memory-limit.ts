import { totalmem } from 'node:os'

/** Bytes that this process may fill: its function's memory, its container's or the machine's, whichever is least. */
export function memoryLimit(functionMegabytes = Number.POSITIVE_INFINITY): number {
  const container = process.constrainedMemory() ?? 0
  return Math.min(
    functionMegabytes * 2 ** 20,
    container > 0 ? container : Number.POSITIVE_INFINITY,
    totalmem(),
  )
}
