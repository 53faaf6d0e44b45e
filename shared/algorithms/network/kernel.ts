import { dataStart, instantiate, type KernelFunction, sharedMemory } from '../kernels/instance.ts'
import { loadKernelNow } from '../kernels/kernel-files.ts'

/** The layers' arithmetic (kernels/assembly/network.ts) with a memory of its own. Addresses are in bytes. */
export type NetworkKernel = {
  readonly functions: Record<string, KernelFunction>
  /** Float32 numbers at an address, as a view. */
  floats(address: number, length: number): Float32Array
}

/** Where things shall lie: addresses are handed out before the memory is made. */
export function networkLayout() {
  let next = dataStart
  const bytes = (count: number): number => {
    const address = next
    next += Math.ceil(count / 64) * 64
    return address
  }
  return {
    floats: (count: number) => bytes(count * Float32Array.BYTES_PER_ELEMENT),
    bytes,
    /** Makes the memory. */
    build(): NetworkKernel {
      const memory = sharedMemory(next - dataStart)
      return {
        functions: instantiate(loadKernelNow('network'), memory),
        floats: (address, length) => new Float32Array(memory.buffer, address, length),
      }
    },
  }
}
