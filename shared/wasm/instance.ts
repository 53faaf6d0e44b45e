/** Kernels in memory: instances of a compiled module over shared memory, and where their data lie in it. */

import { JobError } from '../errors/job-error.ts'

export type KernelFunction = (...numbers: number[]) => number

const isKernelFunction = (value: unknown): value is KernelFunction => typeof value === 'function'

/** The functions that `module` exports, working on `memory`. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Record<string, KernelFunction> {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort: trap } })
  const functions: Record<string, KernelFunction> = {}
  for (const [name, value] of Object.entries(exports)) if (isKernelFunction(value)) functions[name] = value
  return functions
}

function trap(): never {
  throw new Error('A kernel stopped at a fault.')
}

const pageBytes = 65536

const maxPages = 65536

/**
 * Shared memory for `bytes` bytes of data, which start at `dataStart`.
 *
 * @throws JobError where that is more than WebAssembly can address.
 */
export function sharedMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil((dataStart + bytes) / pageBytes)
  if (pages > maxPages) {
    const gigabytes = (bytes / 2 ** 30).toFixed(1)
    throw new JobError(
      'too_large_to_train',
      `The data need ${gigabytes} GB at once and 4 GB is the most: use fewer rows or features.`,
    )
  }
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}

/** The first address that is free for data; what lies before belongs to the kernel itself. */
export const dataStart = pageBytes

/**
 * Hands out addresses one after the other, each a multiple of 64.
 *
 * @example
 * const layout = memoryLayout()
 * const x = layout.float64(rows), y = layout.int32(rows)
 * const memory = sharedMemory(layout.bytes())
 */
export function memoryLayout() {
  let next = dataStart
  const take = (bytes: number): number => {
    const address = next
    next += Math.ceil(bytes / 64) * 64
    return address
  }
  return {
    float64: (length: number) => take(length * 8),
    float32: (length: number) => take(length * 4),
    int32: (length: number) => take(length * 4),
    bytes: () => next - dataStart,
  }
}
