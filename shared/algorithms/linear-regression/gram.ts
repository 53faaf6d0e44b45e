import { z } from 'zod'
import { columnOf, type Features, stretchesOf } from '../../disk/disk-matrix.ts'
import { loadKernel, openKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/linear-regression.ts'
import { memoryLayout, sharedMemory } from '../../wasm/memory.ts'
import type { Fit, FitContext } from '../algorithm.ts'
import { float64 } from '../arrays.ts'
import { resumedFrom } from '../resume.ts'

/** Rows whose products are summed at a time: this part of a column stays in the L1 cache. */
const CHUNK_ROWS = 256

/** Multiplications between two calls of `context.step`: some 50 ms. */
const WORK_PER_STEP = 2e8

/** Features and target of the rows, and the means that are subtracted from them if there is an intercept. */
export type Rows = {
  readonly features: Features
  readonly target: Float64Array
  /** The mean of each feature; without an intercept 0, as `targetMean`. */
  readonly means: Float64Array
  readonly targetMean: number
}

/** Sums over the rows that the normal equations need; their size does not depend on the number of rows. */
export type Gram = {
  readonly size: number
  /** Sums of products of two features: size x size, symmetric. */
  readonly products: Float64Array
  /** Sums of products of each feature and the target. */
  readonly withTarget: Float64Array
  /** Sum of the squares of the target. */
  readonly targetSquares: number
}

export function centred(features: Features, target: Float64Array, fitIntercept: boolean): Rows {
  const means = new Float64Array(features.columns)
  if (!fitIntercept) return { features, target, means, targetMean: 0 }
  for (let j = 0; j < features.columns; j++) means[j] = mean(columnOf(features, j))
  return { features, target, means, targetMean: mean(target) }
}

/** The mean, summed in four independent parts, so that additions overlap. */
function mean(values: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0]
  const whole = values.length & ~3
  for (let i = 0; i < whole; i += 4) {
    a += values[i]
    b += values[i + 1]
    c += values[i + 2]
    d += values[i + 3]
  }
  for (let i = whole; i < values.length; i++) a += values[i]
  return (a + b + (c + d)) / values.length
}

const gramCheckpoint = z.object({ stage: z.literal('gram'), sums: float64(), row: z.int() })
/** The checkpoint of a later stage, which does not keep the sums. */
const descended = z.looseObject({ stage: z.literal('descent') })

/** Sums the products chunk by chunk, in a fixed order. */
export async function gramOf(
  rows: Rows,
  context: FitContext,
): Promise<Gram | Extract<Fit<never>, { status: 'paused' }>> {
  const { features, target, means, targetMean } = rows
  const size = features.columns
  const padded = Math.ceil((size + 1) / 4) * 4
  const layout = memoryLayout()
  const chunk = layout.float64(padded * CHUNK_ROWS)
  const sums = layout.float64(padded * padded)
  const memory = sharedMemory(layout.end())
  const { addProducts } = openKernel(kernel, await loadKernel(kernel), memory)
  const values = new Float64Array(memory.buffer, chunk, padded * CHUNK_ROWS)
  const summed = new Float64Array(memory.buffer, sums, padded * padded)
  let row = 0
  const resumed = resumedFrom(
    context,
    gramCheckpoint.or(descended),
    (saved) => saved.stage === 'descent' || saved.sums.length === summed.length,
  )
  if (resumed?.stage === 'gram') {
    summed.set(resumed.sums)
    row = resumed.row
  }
  let work = 0
  for (const { first: begin, matrix } of stretchesOf(features, row)) {
    const end = begin + matrix.rows
    while (row < end) {
      const count = Math.min(CHUNK_ROWS, end - row)
      for (let j = 0; j <= size; j++) {
        const from = j < size ? matrix.values : target
        const first = j < size ? j * matrix.rows + row - begin : row
        const less = j < size ? means[j] : targetMean
        const to = j * CHUNK_ROWS
        for (let i = 0; i < count; i++) values[to + i] = from[first + i] - less
        if (count < CHUNK_ROWS) values.fill(0, to + count, to + CHUNK_ROWS)
      }
      addProducts(chunk, CHUNK_ROWS, padded, sums)
      row += count
      work += CHUNK_ROWS * size * size
      if (work < WORK_PER_STEP || row === features.rows) continue
      work = 0
      const fraction = row / features.rows
      if ((await context.step({ fraction, detail: { rows: row } })) === 'pause') {
        return { status: 'paused', checkpoint: { stage: 'gram', sums: summed.slice(), row } }
      }
    }
  }
  return unpacked(summed, size, padded)
}

function unpacked(sums: Float64Array, size: number, padded: number): Gram {
  const products = new Float64Array(size * size)
  const withTarget = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      products[i * size + j] = sums[i * padded + j]
      products[j * size + i] = sums[i * padded + j]
    }
    withTarget[i] = sums[i * padded + size]
  }
  return { size, products, withTarget, targetSquares: sums[size * padded + size] }
}
