import type { Matrix } from '../../data/matrix.ts'
import { loadKernelSync, openKernel } from '../../wasm/kernel.ts'
import { type Exports, kernel as leavesKernel } from '../../wasm/kernels/leaves.ts'
import { growableMemory, PAGE_BYTES } from '../../wasm/memory.ts'
import type { Tree } from './model.ts'
import { type PackedTrees, packTrees, type TreesShape } from './packed-trees.ts'

/**
 * Bytes of rows that are walked at a time, at least and at most. Rows are read one after the other and come in time from any
 * cache; the nodes of a large tree do not, and so many rows pass while it is in the L2 cache.
 */
const MIN_BLOCK_BYTES = 1024 * 1024
const MAX_BLOCK_BYTES = 8 * MIN_BLOCK_BYTES
/** A block is so many times as large as a tree. */
const BLOCK_TREES = 8
/** Rows that are made row-major at a time: what is written stays in the L1 cache from column to column. */
const TILE = 64

/** Trees in memory, and the room in it where this thread's rows are walked. Addresses are in bytes. */
type Walk = {
  readonly packed: PackedTrees
  readonly kernel: Exports
  /** How many rows there is room for; more are walked in blocks. */
  readonly capacity: number
  readonly rows: number
  readonly sums: number
}

/** The trees that were walked last: data often come in batches. */
let last: { trees: WeakRef<readonly Tree[]>; walk: Walk; isShared: boolean } | undefined

/**
 * Sums, for each row, the values of the leaves that it falls in, one tree after the other.
 *
 * @param width values of a leaf: the number of classes, or 1
 * @param only the index of one tree, for its values alone
 * @returns row-major: row i, value k at `i * width + k`
 */
export function sumLeafValues(
  trees: readonly Tree[],
  features: Matrix,
  width: number,
  only?: number,
): Float64Array {
  return sumLeaves(walkOf(trees, features.columns, width).walk, features, only)
}

/** Trees for other threads, which open them with `openSharedTrees`. */
export function shareTrees(trees: readonly Tree[], columns: number, width: number): PackedTrees {
  const found = walkOf(trees, columns, width)
  found.isShared = true
  return found.walk.packed
}

/** Opens on this thread the trees that another has shared: returns `sumLeafValues` of them. */
export function openSharedTrees(packed: PackedTrees): (features: Matrix) => Float64Array {
  // What a shared memory grows by belongs to the thread that asked for it.
  const scratch = packed.memory.grow(Math.ceil(scratchOf(packed).bytes / PAGE_BYTES)) * PAGE_BYTES
  const walk = openWalk(packed, scratch)
  return (features) => sumLeaves(walk, features)
}

function walkOf(trees: readonly Tree[], columns: number, width: number) {
  if (last?.trees.deref() === trees) return last
  // A memory that other threads may still read is left to them.
  const memory = last === undefined || last.isShared ? growableMemory() : last.walk.packed.memory
  const { packed, scratch } = packTrees(trees, columns, width, memory, (shape) => scratchOf(shape).bytes)
  last = { trees: new WeakRef(trees), walk: openWalk(packed, scratch), isShared: false }
  return last
}

function scratchOf({ columns, width, treeBytes }: TreesShape) {
  const blockBytes = Math.min(MAX_BLOCK_BYTES, Math.max(MIN_BLOCK_BYTES, BLOCK_TREES * treeBytes))
  const capacity = Math.max(8, Math.floor(blockBytes / ((columns + 1) * 4 + width * 8)))
  const sums = Math.ceil((capacity * (columns + 1) * 4) / 8) * 8
  return { capacity, sums, bytes: sums + capacity * width * 8 }
}

function openWalk(packed: PackedTrees, scratch: number): Walk {
  const kernel = openKernel(leavesKernel, loadKernelSync(leavesKernel), packed.memory)
  const { capacity, sums } = scratchOf(packed)
  kernel.rows.value = scratch
  kernel.rowBytes.value = (packed.columns + 1) * 4
  kernel.sums.value = scratch + sums
  kernel.classes.value = packed.width
  return { packed, kernel, capacity, rows: scratch, sums: scratch + sums }
}

function sumLeaves({ packed, kernel, ...room }: Walk, features: Matrix, only?: number): Float64Array {
  const { rows, columns, values } = features
  const { memory, width } = packed
  const { capacity } = room
  const stride = columns + 1
  const roots = packed.roots + 4 * (only ?? 0)
  const treeCount = only === undefined ? packed.treeCount : 1
  const block = new Float32Array(memory.buffer, room.rows, capacity * stride)
  const blockSums = new Float64Array(memory.buffer, room.sums, capacity * width)
  const sums = new Float64Array(rows * width)
  // The feature that leaves test is 0.
  for (let i = 0; i < Math.min(capacity, rows); i++) block[i * stride + columns] = 0
  for (let from = 0; from < rows; from += capacity) {
    const count = Math.min(capacity, rows - from)
    for (let first = 0; first < count; first += TILE) {
      const end = Math.min(first + TILE, count)
      for (let j = 0; j < columns; j++) {
        const at = j * rows + from
        for (let i = first; i < end; i++) block[i * stride + j] = values[at + i]
      }
    }
    blockSums.fill(0)
    kernel.addLeaves(roots, treeCount, count)
    sums.set(blockSums.subarray(0, count * width), from * width)
  }
  return sums
}
