import { z } from 'zod'
import { instantiate } from '../kernels/instance.ts'

const input = z.object({
  module: z.instanceof(WebAssembly.Module),
  memory: z.instanceof(WebAssembly.Memory),
  header: z.int(),
})

/** The task 'svm-solve': works on the problem at `header` until it is solved or stopped, and answers as `solve`. */
export function solveProblem(given: unknown): number {
  const { module, memory, header } = input.parse(given)
  return instantiate(module, memory).solve(header, Number.MAX_VALUE)
}
