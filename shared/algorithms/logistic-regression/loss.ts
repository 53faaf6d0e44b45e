import { setImmediate } from 'node:timers/promises'
import type { Features } from '../../disk/disk-matrix.ts'
import { startThreads } from '../../threads/thread-pool.ts'
import type { Arithmetic } from '../../wasm/arithmetic.ts'
import { loadKernelSync } from '../../wasm/kernel.ts'
import { BLOCK_ROWS, kernel, LossInput } from '../../wasm/kernels/logistic-regression.ts'
import { memoryLayout, recordAt, sharedMemory } from '../../wasm/memory.ts'
import { fillColumn, packRows, padded } from './blocks.ts'
import { type LossLayout, openChunks, type ThreadLayout } from './chunks.ts'
import { sumChunksTask } from './chunks-task.ts'
import type { Objective } from './lbfgs.ts'

export type Loss = {
  /** Number of parameters: feature f, score k at f * scores + k, then the intercepts. */
  readonly size: number
  /** The mean over rows (by weight) of the logistic loss, without penalty. */
  readonly evaluate: Objective
  close(): Promise<void>
}

/** Multiply-adds of one pass above which threads pay for their start. */
const THREADED_WORK = 3e7

export type LossSettings = {
  /** Per row; undefined: all count 1. */
  readonly weights: Float64Array | undefined
  /** Linear scores per row. */
  readonly scores: number
  /** A last feature with this value in every row, where it is not 0. */
  readonly constant: number
  readonly threads: number
  readonly arithmetic: Arithmetic
}

/**
 * The mean logistic loss of linear scores and its gradient: multinomial for more than one score a row, binomial for
 * one. The rows are cut into at most 64 chunks whose sums are added in their order, so that the value does not
 * depend on who summed which.
 *
 * @param features copied, in the kernel's layout; of those in a file, each thread reads a chunk at a time
 */
export function logisticLoss(features: Features, target: Int32Array, settings: LossSettings): Loss {
  const { weights, scores, constant } = settings
  const used = features.columns + (constant === 0 ? 0 : 1)
  const { layout, coefficients, sums } = layOutLoss(features, target, settings)
  const columns = padded(used)
  const parameters = (columns + 1) * scores
  const chunks = sums.length / (parameters + 1)
  const totalWeight = weights ? weights.reduce((sum, weight) => sum + weight, 0) : features.rows
  const pass = chunkPass(layout, chunks)

  return {
    size: (used + 1) * scores,
    async evaluate(point, gradient) {
      coefficients.set(point.subarray(0, used * scores))
      coefficients.set(point.subarray(used * scores), columns * scores)
      await pass.run()
      let loss = 0
      gradient.fill(0)
      for (let c = 0; c < chunks; c++) {
        const slot = c * (parameters + 1)
        loss += sums[slot]
        for (let i = 0; i < used * scores; i++) gradient[i] += sums[slot + 1 + i]
        for (let k = 0; k < scores; k++) gradient[used * scores + k] += sums[slot + 1 + columns * scores + k]
      }
      for (let i = 0; i < gradient.length; i++) gradient[i] /= totalWeight
      return loss / totalWeight
    },
    close: pass.close,
  }
}

/** Puts the data into the memory that the threads share, as blocks of rows. */
function layOutLoss(
  features: Features,
  target: Int32Array,
  { weights, scores, constant, threads, arithmetic }: LossSettings,
): { layout: LossLayout; coefficients: Float64Array; sums: Float64Array } {
  const { rows } = features
  const columns = padded(features.columns + (constant === 0 ? 0 : 1))
  const blocks = Math.ceil(rows / BLOCK_ROWS)
  const blocksPerChunk = Math.max(16, Math.ceil(blocks / 64))
  const chunks = Math.ceil(blocks / blocksPerChunk)
  const threadCount = rows * columns * scores < THREADED_WORK ? 1 : Math.min(threads, chunks)
  const parameters = (columns + 1) * scores

  const isInMemory = 'values' in features
  const layout = memoryLayout()
  const x = layout.float64(isInMemory ? blocks * columns * BLOCK_ROWS : 0)
  const targets = layout.int32(blocks * BLOCK_ROWS)
  const weightsAddress = weights ? layout.float64(blocks * BLOCK_ROWS) : 0
  const coefficients = layout.float64(parameters)
  const sums = layout.float64(chunks * (parameters + 1))
  const next = layout.int32(1)
  const finished = layout.int32(1)
  const input = layout.record(LossInput)
  const chunkValues = isInMemory ? 0 : blocksPerChunk * columns * BLOCK_ROWS
  const ofThreads = Array.from(
    { length: threadCount },
    (): ThreadLayout => ({
      input: isInMemory ? input : layout.record(LossInput),
      scratch: layout.float64((scores + 2) * BLOCK_ROWS),
      chunk: layout.float64(chunkValues),
    }),
  )
  const memory = sharedMemory(layout.end())

  if (isInMemory) {
    const rowBlocks = new Float64Array(memory.buffer, x, blocks * columns * BLOCK_ROWS)
    packRows(features, 0, rows, columns, rowBlocks)
    if (constant !== 0) fillColumn(rowBlocks, features.columns, columns, rows, constant)
  } else if (constant !== 0) {
    for (const { chunk } of ofThreads) {
      const values = new Float64Array(memory.buffer, chunk, chunkValues)
      fillColumn(values, features.columns, columns, blocksPerChunk * BLOCK_ROWS, constant)
    }
  }
  new Int32Array(memory.buffer, targets, rows).set(target)
  if (weights) new Float64Array(memory.buffer, weightsAddress, rows).set(weights)
  const record = { target: targets, rows, features: columns, scores, weights: weightsAddress, coefficients }
  for (const each of ofThreads) recordAt(LossInput, memory, each.input).fill({ ...record, x })
  return {
    layout: {
      module: loadKernelSync(kernel, arithmetic),
      memory,
      sums,
      sumsBytes: (parameters + 1) * Float64Array.BYTES_PER_ELEMENT,
      next,
      finished,
      threads: ofThreads,
      blocks,
      blocksPerChunk,
      ...(!isInMemory && { disk: features }),
    },
    coefficients: new Float64Array(memory.buffer, coefficients, parameters),
    sums: new Float64Array(memory.buffer, sums, chunks * (parameters + 1)),
  }
}

/**
 * Sums all chunks, on as many threads as the layout is for. Slow-starting threads are not awaited: they
 * join the pass that they come upon.
 */
function chunkPass(layout: LossLayout, chunks: number): { run(): Promise<void>; close(): Promise<void> } {
  const { buffer } = layout.memory
  const nextChunk = new Int32Array(buffer, layout.next, 1)
  const finishedChunks = new Int32Array(buffer, layout.finished, 1)
  const threadCount = layout.threads.length
  const others = startThreads(threadCount - 1)
  const own = openChunks(layout, 0)
  const busy = new Set<number>()
  let failure: { reason: unknown } | undefined

  function sumOn(thread: number): void {
    if (busy.has(thread)) return
    busy.add(thread)
    others.run(thread - 1, sumChunksTask, { layout, thread }).then(
      () => busy.delete(thread),
      (reason: unknown) => {
        failure = { reason }
      },
    )
  }

  return {
    async run() {
      Atomics.store(finishedChunks, 0, 0)
      Atomics.store(nextChunk, 0, 0)
      for (let thread = 1; thread < threadCount; thread++) sumOn(thread)
      // A pass through a file takes long, and others want to be heard meanwhile.
      while (own.next()) if (layout.disk !== undefined) await setImmediate()
      while (Atomics.load(finishedChunks, 0) < chunks) {
        await setImmediate()
        if (failure) throw failure.reason
      }
    },
    async close() {
      await others.close()
      own.close()
    },
  }
}
