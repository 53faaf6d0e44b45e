import { openKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/logistic-regression.ts'

/** What a thread needs to sum over chunks of the rows. */
export type LossLayout = {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  /** The kernel's arguments that stay the same. */
  x: number
  target: number
  rows: number
  features: number
  scores: number
  weights: number
  coefficients: number
  /** A slot of parameters + 1 doubles per chunk. */
  sums: number
  /** The number of the next chunk to be taken, and how many are finished. */
  next: number
  finished: number
  scratch: readonly number[]
  blocks: number
  blocksPerChunk: number
}

/** A function that sums chunk after chunk into their slots, until all are taken. */
export function chunkAccumulator(layout: LossLayout, thread: number): () => void {
  const { memory, x, target, rows, features, scores, weights, coefficients, sums, blocks, blocksPerChunk } =
    layout
  const { accumulate } = openKernel(kernel, layout.module, memory)
  const counter = new Int32Array(memory.buffer, layout.next, 1)
  const finished = new Int32Array(memory.buffer, layout.finished, 1)
  const slotBytes = ((features + 1) * scores + 1) * 8
  return () => {
    for (let chunk = Atomics.add(counter, 0, 1); ; chunk = Atomics.add(counter, 0, 1)) {
      const first = chunk * blocksPerChunk
      if (first >= blocks) return
      const last = Math.min(first + blocksPerChunk, blocks)
      const out = sums + chunk * slotBytes
      accumulate(
        x,
        target,
        first,
        last,
        rows,
        features,
        scores,
        weights,
        coefficients,
        out,
        layout.scratch[thread],
      )
      Atomics.add(finished, 0, 1)
    }
  }
}

/** A thread's part of one evaluation. */
export function sumChunks({ layout, thread }: { layout: LossLayout; thread: number }): void {
  chunkAccumulator(layout, thread)()
}
