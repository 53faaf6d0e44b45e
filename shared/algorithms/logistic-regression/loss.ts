import type { Matrix } from '../../data/matrix.ts'
import { instantiate, memoryLayout, sharedMemory } from '../kernels/instance.ts'
import { startThreads } from '../kernels/threads.ts'
import { blockRows, kernel, padded } from './kernel.ts'
import type { Objective } from './lbfgs.ts'

export type Loss = {
  /** Number of parameters: feature f, score k at f * scores + k, then the intercepts. */
  readonly size: number
  /** The mean over rows (by weight) of the logistic loss, without penalty. */
  readonly evaluate: Objective
  close(): Promise<void>
}

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
  /** The number of the next chunk to be taken. */
  next: number
  scratch: readonly number[]
  blocks: number
  blocksPerChunk: number
}

/** Multiply-adds of one pass above which threads pay for their start. */
const threadedWork = 3e7

/**
 * The mean logistic loss of linear scores and its gradient: multinomial for more than one score a row, binomial for
 * one. The rows are cut into at most 64 chunks whose sums are added in their order, so that the value does not
 * depend on who summed which.
 *
 * @param features copied, in the kernel's layout
 * @param constant a last feature with this value in every row, where it is not 0
 */
export function logisticLoss(
  features: Matrix,
  target: Int32Array,
  weights: Float64Array | undefined,
  scores: number,
  constant: number,
  threads: number,
): Loss {
  const { rows } = features
  const used = features.columns + (constant === 0 ? 0 : 1)
  const columns = padded(used)
  const blocks = Math.ceil(rows / blockRows)
  const blocksPerChunk = Math.max(16, Math.ceil(blocks / 64))
  const chunks = Math.ceil(blocks / blocksPerChunk)
  const lanes = rows * columns * scores < threadedWork ? 1 : Math.min(threads, chunks)
  const parameters = (columns + 1) * scores

  const layout = memoryLayout()
  const x = layout.float64(blocks * columns * blockRows)
  const targetAt = layout.int32(blocks * blockRows)
  const weightsAt = weights ? layout.float64(weights.length) : 0
  const coefficients = layout.float64(parameters)
  const sums = layout.float64(chunks * (parameters + 1))
  const next = layout.int32(1)
  const scratch = Array.from({ length: lanes }, () => layout.float64((scores + 2) * blockRows))
  const memory = sharedMemory(layout.bytes())

  const rowBlocks = new Float64Array(memory.buffer, x, blocks * columns * blockRows)
  packRows(features, 0, rows, columns, rowBlocks)
  if (constant !== 0) fillColumn(rowBlocks, features.columns, columns, rows, constant)
  new Int32Array(memory.buffer, targetAt, rows).set(target)
  if (weights) new Float64Array(memory.buffer, weightsAt, weights.length).set(weights)
  const shared: LossLayout = {
    ...{ module: kernel, memory, x, target: targetAt, rows, features: columns, scores },
    ...{ weights: weightsAt, coefficients, sums, next, scratch, blocks, blocksPerChunk },
  }

  const others = lanes > 1 ? startThreads(lanes - 1) : undefined
  const accumulate = chunkAccumulator(shared, 0)
  const given = new Float64Array(memory.buffer, coefficients, parameters)
  const slots = new Float64Array(memory.buffer, sums, chunks * (parameters + 1))
  const counter = new Int32Array(memory.buffer, next, 1)
  let totalWeight = rows
  if (weights) {
    totalWeight = 0
    for (const k of target) totalWeight += weights[k]
  }

  return {
    size: (used + 1) * scores,
    async evaluate(point, gradient) {
      given.set(point.subarray(0, used * scores))
      given.set(point.subarray(used * scores), columns * scores)
      counter[0] = 0
      const helped = Array.from({ length: lanes - 1 }, (_, lane) =>
        others?.run(lane, 'logistic-loss', { layout: shared, lane: lane + 1 }),
      )
      accumulate()
      await Promise.all(helped)
      let loss = 0
      gradient.fill(0)
      for (let c = 0; c < chunks; c++) {
        const slot = c * (parameters + 1)
        loss += slots[slot]
        for (let i = 0; i < used * scores; i++) gradient[i] += slots[slot + 1 + i]
        for (let k = 0; k < scores; k++) gradient[used * scores + k] += slots[slot + 1 + columns * scores + k]
      }
      for (let i = 0; i < gradient.length; i++) gradient[i] /= totalWeight
      return loss / totalWeight
    },
    close: async () => others?.close(),
  }
}

/** A function that sums chunk after chunk into their slots, until all are taken. */
export function chunkAccumulator(layout: LossLayout, lane: number): () => void {
  const { memory, x, target, rows, features, scores, weights, coefficients, sums, blocks, blocksPerChunk } =
    layout
  const { accumulate } = instantiate(layout.module, memory)
  const counter = new Int32Array(memory.buffer, layout.next, 1)
  const slotBytes = ((features + 1) * scores + 1) * 8
  return () => {
    for (let chunk = Atomics.add(counter, 0, 1); ; chunk = Atomics.add(counter, 0, 1)) {
      const first = chunk * blocksPerChunk
      if (first >= blocks) return
      const last = Math.min(first + blocksPerChunk, blocks)
      const out = sums + chunk * slotBytes
      accumulate(
        ...[x, target, first, last, rows, features, scores, weights, coefficients, out, layout.scratch[lane]],
      )
    }
  }
}

/** Writes rows first … first+count-1 in the kernel's blocks to `out`, which holds zeros. */
export function packRows(
  { rows, columns, values }: Matrix,
  first: number,
  count: number,
  paddedColumns: number,
  out: Float64Array,
): void {
  for (let start = 0, block = 0; start < count; start += blockRows, block++) {
    const length = Math.min(blockRows, count - start)
    for (let f = 0; f < columns; f++) {
      const from = f * rows + first + start
      out.set(values.subarray(from, from + length), (block * paddedColumns + f) * blockRows)
    }
  }
}

function fillColumn(out: Float64Array, f: number, columns: number, rows: number, value: number): void {
  for (let r = 0; r < rows; r++) {
    out[(Math.floor(r / blockRows) * columns + f) * blockRows + (r % blockRows)] = value
  }
}
