import { totalmem } from 'node:os'

/**
 * Bytes that this process may use: the minimum of its function's memory, its container's and the machine's.
 *
 * @param functionMegabytes infinite by default: there is no such limit.
 */
export function memoryLimit(functionMegabytes = Number.POSITIVE_INFINITY): number {
  const containerBytes = process.constrainedMemory() || Number.POSITIVE_INFINITY
  return Math.min(functionMegabytes * 2 ** 20, containerBytes, totalmem())
}
