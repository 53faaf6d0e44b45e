import { openKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/svm.ts'

/** Works on the problem whose record is at an address, until it is solved or stopped, and answers as the kernel's `solve`. */
export function solveOnThread(input: {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly record: number
}): number {
  return openKernel(kernel, input.module, input.memory).solve(input.record, Number.MAX_VALUE)
}
