import { openKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/logistic-regression.ts'

/** What a thread needs to sum over chunks of the rows: addresses in the kernel's memory, and how the rows are cut. */
export type LossLayout = {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** The kernel's LossInput. */
  readonly input: number
  /** For each chunk, its loss and gradient. */
  readonly sums: number
  readonly sumsBytes: number
  /** The number of the next chunk to be taken, and how many are finished. */
  readonly next: number
  readonly finished: number
  /** The kernel's scratch, for each thread. */
  readonly scratch: readonly number[]
  readonly blocks: number
  readonly blocksPerChunk: number
}

/** A function that sums chunk after chunk, until all are taken. */
export function chunkAccumulator(layout: LossLayout, thread: number): () => void {
  const { memory, input, sums, sumsBytes, blocks, blocksPerChunk } = layout
  const { accumulate } = openKernel(kernel, layout.module, memory)
  const next = new Int32Array(memory.buffer, layout.next, 1)
  const finished = new Int32Array(memory.buffer, layout.finished, 1)
  return () => {
    for (let chunk = Atomics.add(next, 0, 1); ; chunk = Atomics.add(next, 0, 1)) {
      const first = chunk * blocksPerChunk
      if (first >= blocks) return
      const last = Math.min(first + blocksPerChunk, blocks)
      accumulate(input, first, last, sums + chunk * sumsBytes, layout.scratch[thread])
      Atomics.add(finished, 0, 1)
    }
  }
}

/** A thread's part of one evaluation. */
export function sumChunks({ layout, thread }: { layout: LossLayout; thread: number }): void {
  chunkAccumulator(layout, thread)()
}
