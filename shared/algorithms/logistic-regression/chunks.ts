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
export function chunkAccumulator(layout: LossLayout, lane: number): () => void {
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
        layout.scratch[lane],
      )
      Atomics.add(finished, 0, 1)
    }
  }
}

/** The task 'logistic-loss': one thread's part of one evaluation. */
export function sumChunks(input: unknown): void {
  if (!isShare(input)) throw new TypeError('logistic-loss takes a layout and a lane.')
  chunkAccumulator(input.layout, input.lane)()
}

type Share = { readonly layout: LossLayout; readonly lane: number }

// By hand, because a thread starts faster without a schema library.
function isShare(input: unknown): input is Share {
  if (typeof input !== 'object' || input === null || !('layout' in input) || !('lane' in input)) return false
  const { layout, lane } = input
  return (
    typeof lane === 'number' &&
    typeof layout === 'object' &&
    layout !== null &&
    'module' in layout &&
    layout.module instanceof WebAssembly.Module &&
    'memory' in layout &&
    layout.memory instanceof WebAssembly.Memory
  )
}
