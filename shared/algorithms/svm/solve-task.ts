import { instantiate } from '../../wasm/instance.ts'

/** The task 'svm-solve': works on the problem at `header` until it is solved or stopped, and answers as `solve`. */
export function solveProblem(input: unknown): number {
  if (!isPlace(input)) throw new TypeError('svm-solve takes a module, a memory and a header.')
  return instantiate(input.module, input.memory).solve(input.header, Number.MAX_VALUE)
}

type Place = {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly header: number
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
    'header' in input &&
    typeof input.header === 'number'
  )
}
