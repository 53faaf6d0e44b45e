import { totalmem } from 'node:os'

/**
 * Bytes that this process may use: the minimum of the settings, its container's memory and the machine's.
 *
 * @param megabytes of its function, and other settings; those that are not set are no limit.
 */
export function memoryLimit(...megabytes: readonly (number | undefined)[]): number {
  const containerBytes = process.constrainedMemory() || Number.POSITIVE_INFINITY
  const settings = megabytes.map((each = Number.POSITIVE_INFINITY) => each * 2 ** 20)
  return Math.min(...settings, containerBytes, totalmem())
}
