import { openKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/svm.ts'

/** The task 'svm-solve': works on the problem at `record` until it is solved or stopped, and answers as `solve`. */
export function solveProblem(input: unknown): number {
  if (!isPlace(input)) throw new TypeError('svm-solve takes a module, a memory and a record.')
  return openKernel(kernel, input.module, input.memory).solve(input.record, Number.MAX_VALUE)
}

type Place = {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly record: number
}

// By hand, because a thread starts faster without a schema library.
function isPlace(input: unknown): input is Place {
  return (
    typeof input === 'object' &&
    input !== null &&
    'module' in input &&
    input.module instanceof WebAssembly.Module &&
    'memory' in input &&
    input.memory instanceof WebAssembly.Memory &&
    'record' in input &&
    typeof input.record === 'number'
  )
}
