import { z } from 'zod'
import { chunkAccumulator } from './loss.ts'

const input = z.object({
  lane: z.int(),
  layout: z.object({
    module: z.instanceof(WebAssembly.Module),
    memory: z.instanceof(WebAssembly.Memory),
    ...{ x: z.int(), target: z.int(), rows: z.int(), features: z.int(), scores: z.int(), weights: z.int() },
    ...{ coefficients: z.int(), sums: z.int(), next: z.int(), scratch: z.array(z.int()) },
    ...{ blocks: z.int(), blocksPerChunk: z.int() },
  }),
})

/** The task 'logistic-loss': one thread's part of one evaluation. */
export function sumLoss(given: unknown): void {
  const { layout, lane } = input.parse(given)
  chunkAccumulator(layout, lane)()
}
