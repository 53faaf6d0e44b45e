import type { Matrix } from '../../data/matrix.ts'
import { loadKernelSync, openKernel } from '../../wasm/kernel.ts'
import { type Exports, kernel as leavesKernel } from '../../wasm/kernels/leaves.ts'
import { DATA_START, growableMemory, growMemory } from '../../wasm/memory.ts'
import type { Tree } from './model.ts'

/** Trees in the kernel's memory. Places are bytes. */
type Packed = {
  readonly trees: WeakRef<readonly Tree[]>
  readonly roots: number
  readonly rows: number
  readonly sums: number
  /** How many rows there is room for. */
  readonly room: number
}

/** Rows that are walked at a time: as many as stay in the cache while tree after tree passes. */
const BLOCK_BYTES = 1024 * 1024
/** Rows that are laid out at a time, so that what is written stays in the nearest cache from column to column. */
const TILE = 64
const NODE = 16

let opened: { kernel: Exports; memory: WebAssembly.Memory } | undefined
/** The trees that were asked last: data often come in pieces. */
let lastPacked: Packed | undefined

/**
 * Sums, for each row, the class shares of the leaves that it falls in, one tree after the other.
 *
 * @param only the index of one tree, for its shares alone
 * @returns row order: row i, class k at `i * classCount + k`
 */
export function sumLeafValues(
  trees: readonly Tree[],
  features: Matrix,
  classCount: number,
  only?: number,
): Float64Array {
  const { rows, columns, values } = features
  opened ??= open()
  const { kernel, memory } = opened
  const packed = lastPacked?.trees.deref() === trees ? lastPacked : pack(trees, columns, classCount, memory)
  lastPacked = packed
  const { room } = packed
  const width = columns + 1
  const roots = packed.roots + 4 * (only ?? 0)
  const treeCount = only === undefined ? trees.length : 1
  const block = new Float32Array(memory.buffer, packed.rows, room * width)
  const blockSums = new Float64Array(memory.buffer, packed.sums, room * classCount)
  const sums = new Float64Array(rows * classCount)
  // The feature that leaves test is 0.
  for (let i = 0; i < Math.min(room, rows); i++) block[i * width + columns] = 0
  for (let from = 0; from < rows; from += room) {
    const count = Math.min(room, rows - from)
    for (let first = 0; first < count; first += TILE) {
      const end = Math.min(first + TILE, count)
      for (let j = 0; j < columns; j++) {
        const at = j * rows + from
        for (let i = first; i < end; i++) block[i * width + j] = values[at + i]
      }
    }
    blockSums.fill(0)
    kernel.addLeaves(roots, treeCount, packed.rows, width * 4, count, packed.sums, classCount)
    sums.set(blockSums.subarray(0, count * classCount), from * classCount)
  }
  return sums
}

function open() {
  const memory = growableMemory()
  return { kernel: openKernel(leavesKernel, loadKernelSync(leavesKernel), memory), memory }
}

function pack(
  trees: readonly Tree[],
  columns: number,
  classCount: number,
  memory: WebAssembly.Memory,
): Packed {
  const nodeCount = trees.reduce((sum, tree) => sum + tree.feature.length, 0)
  const shareBytes = classCount * 8
  const room = Math.max(8, Math.floor(BLOCK_BYTES / ((columns + 1) * 4 + shareBytes)))
  const align = (address: number) => Math.ceil(address / 16) * 16
  const nodes = DATA_START
  const shares = nodes + nodeCount * NODE
  const roots = align(shares + nodeCount * shareBytes)
  const rows = align(roots + trees.length * 4)
  const sums = align(rows + room * (columns + 1) * 4)
  const end = sums + room * shareBytes
  growMemory(memory, end)

  const ints = new Int32Array(memory.buffer, 0, shares / 4)
  const floats = new Float32Array(memory.buffer, 0, shares / 4)
  const rootList = new Uint32Array(memory.buffer, roots, trees.length)
  const shareValues = new Float64Array(memory.buffer, 0, roots / 8)
  let free = nodes
  let shared = shares
  trees.forEach((tree, t) => {
    const { feature, threshold, left, right, missingGoesLeft, value } = tree
    // A node's address in words. A parent comes before its children, and gives them theirs.
    const places = new Int32Array(feature.length)
    rootList[t] = free
    places[0] = free / 4
    free += NODE
    for (let node = 0; node < feature.length; node++) {
      const word = places[node]
      if (word === 0) throw new Error(`Node ${node} of a tree has no parent before it.`)
      if (left[node] < 0) {
        ints[word] = columns * 4
        floats[word + 1] = Number.POSITIVE_INFINITY
        ints[word + 2] = word * 4
        ints[word + 3] = shared
        for (let k = 0; k < classCount; k++) shareValues[shared / 8 + k] = value[node * classCount + k]
        shared += shareBytes
      } else {
        ints[word] = feature[node] * 4
        floats[word + 1] = floorToFloat32(threshold[node])
        ints[word + 2] = free
        ints[word + 3] = missingGoesLeft[node]
        places[left[node]] = free / 4
        places[right[node]] = free / 4 + NODE / 4
        free += 2 * NODE
      }
    }
  })
  return { trees: new WeakRef(trees), roots, rows, sums, room }
}

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** The greatest float32 that is not above `value`: a float32 is below the one exactly when it is below the other. */
function floorToFloat32(value: number): number {
  float[0] = value
  if (float[0] <= value) return float[0]
  if (float[0] === 0) return -1.401298464324817e-45
  bits[0] += float[0] > 0 ? -1 : 1
  return float[0]
}
