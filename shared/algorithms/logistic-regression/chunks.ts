import { type DiskMatrix, openDiskMatrix } from '../../disk/disk-matrix.ts'
import { openKernel } from '../../wasm/kernel.ts'
import { BLOCK_ROWS, kernel, LossInput } from '../../wasm/kernels/logistic-regression.ts'
import { recordAt } from '../../wasm/memory.ts'

/** What a thread needs to sum over chunks of the rows: addresses in the kernel's memory, and how the rows are cut. */
export type LossLayout = {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** For each chunk, its loss and gradient. */
  readonly sums: number
  readonly sumsBytes: number
  /** The number of the next chunk to be taken, and how many are finished. */
  readonly next: number
  readonly finished: number
  readonly threads: readonly ThreadLayout[]
  readonly blocks: number
  readonly blocksPerChunk: number
  /** Where the features are, if each thread reads those of its chunks from there. */
  readonly disk?: DiskMatrix
}

export type ThreadLayout = {
  /** The kernel's LossInput. Threads share one where all features are in memory. */
  readonly input: number
  /** The kernel's scratch. */
  readonly scratch: number
  /** For a chunk of features that are read from a file. */
  readonly chunk: number
}

export type ChunkAccumulator = {
  /** Sums the next chunk; false when all are taken. */
  next(): boolean
  close(): void
}

export function openChunks(layout: LossLayout, thread: number): ChunkAccumulator {
  const { memory, sums, sumsBytes, blocks, blocksPerChunk, disk } = layout
  const { input, scratch } = layout.threads[thread]
  const { accumulate } = openKernel(kernel, layout.module, memory)
  const next = new Int32Array(memory.buffer, layout.next, 1)
  const finished = new Int32Array(memory.buffer, layout.finished, 1)
  const reader = disk && openChunkReader(layout, layout.threads[thread], disk)
  return {
    next() {
      const chunk = Atomics.add(next, 0, 1)
      const first = chunk * blocksPerChunk
      if (first >= blocks) return false
      const last = Math.min(first + blocksPerChunk, blocks)
      reader?.read(first, last)
      accumulate(input, first, last, sums + chunk * sumsBytes, scratch)
      Atomics.add(finished, 0, 1)
      return true
    },
    close: () => reader?.close(),
  }
}

/** Reads blocks into a thread's memory, and tells the kernel where they would begin if the first block were there, too. */
function openChunkReader(
  { memory, blocksPerChunk }: LossLayout,
  { input, chunk }: ThreadLayout,
  disk: DiskMatrix,
): { read(first: number, last: number): void; close(): void } {
  const record = recordAt(LossInput, memory, input)
  const blockValues = record.get('features') * BLOCK_ROWS
  const values = new Float64Array(memory.buffer, chunk, blocksPerChunk * blockValues)
  const column = new Float64Array(blocksPerChunk * BLOCK_ROWS)
  const file = openDiskMatrix(disk)
  return {
    read(first, last) {
      const row = first * BLOCK_ROWS
      const count = Math.min(last * BLOCK_ROWS, disk.rows) - row
      const part = column.subarray(0, count)
      for (let f = 0; f < disk.columns; f++) {
        file.read(f, row, part)
        for (let start = 0, to = f * BLOCK_ROWS; start < count; start += BLOCK_ROWS, to += blockValues)
          values.set(part.subarray(start, Math.min(start + BLOCK_ROWS, count)), to)
      }
      // Addresses are modulo 2^32.
      record.set({ x: chunk - 8 * first * blockValues })
    },
    close: file.close,
  }
}

/** A thread's part of one evaluation. */
export function sumChunks({ layout, thread }: { layout: LossLayout; thread: number }): void {
  const chunks = openChunks(layout, thread)
  try {
    while (chunks.next());
  } finally {
    chunks.close()
  }
}
