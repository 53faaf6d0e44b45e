import type { Matrix } from '../../data/matrix.ts'
import { loadKernelNow } from '../kernels/kernel-files.ts'
import type { Tree } from './model.ts'

/** The interface of the compiled kernel `kernels/assembly/leaves.ts`. */
type LeavesKernel = {
  addLeaves(
    roots: number,
    treeCount: number,
    rows: number,
    rowBytes: number,
    rowCount: number,
    sums: number,
    classes: number,
  ): void
}

/** Trees in the kernel's memory. */
type Packed = {
  readonly kernel: LeavesKernel
  readonly memory: WebAssembly.Memory
  readonly roots: number
  readonly rows: number
  readonly sums: number
}

/** Rows that are walked at a time: few enough to stay in the cache while tree after tree passes. */
const BLOCK = 1024
const PAGE = 65536
const NODE = 16

let compiled: WebAssembly.Module | undefined
const packedTrees = new WeakMap<readonly Tree[], Packed>()

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
  const packed = packedTrees.get(trees) ?? pack(trees, columns, classCount)
  packedTrees.set(trees, packed)
  const { kernel, memory } = packed
  const width = columns + 1
  const roots = packed.roots + 4 * (only ?? 0)
  const treeCount = only === undefined ? trees.length : 1
  const block = new Float32Array(memory.buffer, packed.rows, BLOCK * width)
  const blockSums = new Float64Array(memory.buffer, packed.sums, BLOCK * classCount)
  const sums = new Float64Array(rows * classCount)
  for (let from = 0; from < rows; from += BLOCK) {
    const count = Math.min(BLOCK, rows - from)
    for (let j = 0; j < columns; j++) {
      const at = j * rows + from
      for (let i = 0; i < count; i++) block[i * width + j] = values[at + i]
    }
    blockSums.fill(0)
    kernel.addLeaves(roots, treeCount, packed.rows, width * 4, count, packed.sums, classCount)
    sums.set(blockSums.subarray(0, count * classCount), from * classCount)
  }
  return sums
}

function pack(trees: readonly Tree[], columns: number, classCount: number): Packed {
  compiled ??= loadKernelNow('leaves')
  const nodeCount = trees.reduce((sum, tree) => sum + tree.feature.length, 0)
  const shareBytes = classCount * 8
  const align = (address: number) => Math.ceil(address / 16) * 16
  // The first page is the kernel's own.
  const nodes = PAGE
  const shares = nodes + nodeCount * NODE
  const roots = align(shares + nodeCount * shareBytes)
  const rows = align(roots + trees.length * 4)
  const sums = align(rows + BLOCK * (columns + 1) * 4)
  const end = sums + BLOCK * shareBytes
  const pages = Math.ceil(end / PAGE)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  if (!isLeavesKernel(exports)) {
    throw new Error('leaves.wasm is not the kernel that this code was written for.')
  }

  const ints = new Int32Array(memory.buffer, 0, shares / 4)
  const floats = new Float32Array(memory.buffer, 0, shares / 4)
  const rootList = new Uint32Array(memory.buffer, roots, trees.length)
  const waiting: number[] = []
  let free = nodes
  let shared = shares
  trees.forEach((tree, t) => {
    rootList[t] = free
    waiting.push(0, free)
    free += NODE
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const node = waiting.pop() ?? 0
      const word = at / 4
      if (tree.left[node] < 0) {
        ints[word] = columns * 4
        floats[word + 1] = Number.POSITIVE_INFINITY
        ints[word + 2] = at
        ints[word + 3] = shared
        const own = tree.value.subarray(node * classCount, (node + 1) * classCount)
        new Float64Array(memory.buffer, shared, classCount).set(own)
        shared += shareBytes
      } else {
        ints[word] = tree.feature[node] * 4
        floats[word + 1] = floorToFloat32(tree.threshold[node])
        ints[word + 2] = free
        ints[word + 3] = tree.missingGoesLeft[node]
        waiting.push(tree.left[node], free, tree.right[node], free + NODE)
        free += 2 * NODE
      }
    }
  })
  return { kernel: exports, memory, roots, rows, sums }
}

function isLeavesKernel(exports: object): exports is LeavesKernel {
  return 'addLeaves' in exports
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
