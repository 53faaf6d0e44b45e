import type { Matrix } from '../../data/matrix.ts'
import { loadKernelSync, openKernel } from '../../wasm/kernel.ts'
import { type Exports, Leaf, kernel as leavesKernel, Split } from '../../wasm/kernels/leaves.ts'
import { growableMemory, growMemory, memoryLayout } from '../../wasm/memory.ts'
import type { Tree } from './model.ts'

/** Where a node's fields lie, in words of 4 bytes. */
const field = {
  feature: Split.fields.feature[1] / 4,
  threshold: Split.fields.threshold[1] / 4,
  left: Split.fields.left[1] / 4,
  missingLeft: Split.fields.missingLeft[1] / 4,
  shares: Leaf.fields.shares[1] / 4,
}

/** Trees in the kernel's memory. Addresses are in bytes. */
type PackedTrees = {
  readonly trees: WeakRef<readonly Tree[]>
  readonly roots: number
  readonly rows: number
  readonly sums: number
  /** How many rows there is room for; more are walked in blocks. */
  readonly capacity: number
}

/** Bytes of rows that are walked at a time: they stay in the L2 cache while tree after tree passes. */
const BLOCK_BYTES = 1024 * 1024
/** Rows that are made row-major at a time: what is written stays in the L1 cache from column to column. */
const TILE = 64
let opened: { kernel: Exports; memory: WebAssembly.Memory } | undefined
/** The trees that were walked last: data often come in batches. */
let lastPacked: PackedTrees | undefined

/**
 * Sums, for each row, the class shares of the leaves that it falls in, one tree after the other.
 *
 * @param only the index of one tree, for its shares alone
 * @returns row-major: row i, class k at `i * classCount + k`
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
  const packed = lastPacked?.trees.deref() === trees ? lastPacked : pack(trees, columns, classCount, opened)
  lastPacked = packed
  const { capacity } = packed
  const width = columns + 1
  const roots = packed.roots + 4 * (only ?? 0)
  const treeCount = only === undefined ? trees.length : 1
  const block = new Float32Array(memory.buffer, packed.rows, capacity * width)
  const blockSums = new Float64Array(memory.buffer, packed.sums, capacity * classCount)
  const sums = new Float64Array(rows * classCount)
  // The feature that leaves test is 0.
  for (let i = 0; i < Math.min(capacity, rows); i++) block[i * width + columns] = 0
  for (let from = 0; from < rows; from += capacity) {
    const count = Math.min(capacity, rows - from)
    for (let first = 0; first < count; first += TILE) {
      const end = Math.min(first + TILE, count)
      for (let j = 0; j < columns; j++) {
        const at = j * rows + from
        for (let i = first; i < end; i++) block[i * width + j] = values[at + i]
      }
    }
    blockSums.fill(0)
    kernel.addLeaves(roots, treeCount, count)
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
  { kernel, memory }: { kernel: Exports; memory: WebAssembly.Memory },
): PackedTrees {
  const nodeCount = trees.reduce((sum, tree) => sum + tree.feature.length, 0)
  const capacity = Math.max(8, Math.floor(BLOCK_BYTES / ((columns + 1) * 4 + classCount * 8)))
  const layout = memoryLayout()
  const nodes = layout.bytes(nodeCount * Split.bytes)
  const shares = layout.float64(nodeCount * classCount)
  const roots = layout.int32(trees.length)
  const rows = layout.float32(capacity * (columns + 1))
  const sums = layout.float64(capacity * classCount)
  growMemory(memory, layout.end())

  const rootAddresses = new Uint32Array(memory.buffer, roots, trees.length)
  const next = { node: nodes, shares }
  trees.forEach((tree, t) => {
    rootAddresses[t] = next.node
    writeTree(tree, columns, classCount, memory.buffer, next)
  })
  kernel.rows.value = rows
  kernel.rowBytes.value = (columns + 1) * 4
  kernel.sums.value = sums
  kernel.classes.value = classCount
  return { trees: new WeakRef(trees), roots, rows, sums, capacity }
}

/** Writes the nodes of a tree and the class shares of its leaves where `next` says, and moves `next` behind them. */
function writeTree(
  { feature, threshold, left, right, missingGoesLeft, value }: Tree,
  columns: number,
  classCount: number,
  buffer: ArrayBufferLike,
  next: { node: number; shares: number },
): void {
  const ints = new Int32Array(buffer)
  const floats = new Float32Array(buffer)
  const sharesOfLeaves = new Float64Array(buffer)
  // A parent comes before its children, and gives them their addresses.
  const addresses = new Uint32Array(feature.length)
  addresses[0] = next.node
  next.node += Split.bytes
  for (let node = 0; node < feature.length; node++) {
    const address = addresses[node]
    if (address === 0) throw new Error(`Node ${node} of a tree has no parent before it.`)
    const word = address / 4
    if (left[node] < 0) {
      ints[word + field.feature] = columns * 4
      floats[word + field.threshold] = Number.POSITIVE_INFINITY
      ints[word + field.left] = address
      ints[word + field.shares] = next.shares
      for (let k = 0; k < classCount; k++) sharesOfLeaves[next.shares / 8 + k] = value[node * classCount + k]
      next.shares += classCount * 8
    } else {
      ints[word + field.feature] = feature[node] * 4
      floats[word + field.threshold] = floorToFloat32(threshold[node])
      ints[word + field.left] = next.node
      ints[word + field.missingLeft] = missingGoesLeft[node]
      addresses[left[node]] = next.node
      addresses[right[node]] = next.node + Split.bytes
      next.node += 2 * Split.bytes
    }
  }
}

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** The largest float32 that is not above `value`: a float32 is below the one exactly when it is below the other. */
function floorToFloat32(value: number): number {
  float[0] = value
  if (float[0] <= value) return float[0]
  if (float[0] === 0) return -1.401298464324817e-45
  bits[0] += float[0] > 0 ? -1 : 1
  return float[0]
}
