/** Trees as the kernel walks them: nodes of 16 bytes, the children of a node side by side. */
import { Leaf, Split } from '../../wasm/kernels/leaves.ts'
import { growMemory, memoryLayout } from '../../wasm/memory.ts'
import type { Tree } from './model.ts'

/** Where a node's fields lie, in words of 4 bytes. */
const field = {
  feature: Split.fields.feature[1] / 4,
  threshold: Split.fields.threshold[1] / 4,
  left: Split.fields.left[1] / 4,
  missingLeft: Split.fields.missingLeft[1] / 4,
  shares: Leaf.fields.shares[1] / 4,
}

export type TreesShape = {
  /** Features of a row. */
  readonly columns: number
  /** Values of a leaf: the number of classes, or 1. */
  readonly width: number
  /** Mean size of a tree. */
  readonly treeBytes: number
}

export type PackedTrees = TreesShape & {
  readonly memory: WebAssembly.Memory
  /** Address in bytes: a u32 per tree, the address of its root. */
  readonly roots: number
  readonly treeCount: number
}

/**
 * Writes trees into a memory, from its first free address on.
 *
 * @param scratchBytesOf how many bytes of room there are to be behind them
 * @returns also the address of that room
 */
export function packTrees(
  trees: readonly Tree[],
  columns: number,
  width: number,
  memory: WebAssembly.Memory,
  scratchBytesOf: (shape: TreesShape) => number,
): { packed: PackedTrees; scratch: number } {
  const nodeCount = trees.reduce((sum, tree) => sum + tree.feature.length, 0)
  const leafCount = trees.reduce(
    (sum, { left }) => sum + left.reduce((n, child) => n + (child < 0 ? 1 : 0), 0),
    0,
  )
  const treeBytes = Math.ceil((nodeCount * Split.bytes + leafCount * width * 8) / trees.length)
  const shape = { columns, width, treeBytes }
  const layout = memoryLayout()
  const nodes = layout.bytes(nodeCount * Split.bytes)
  const shares = layout.float64(leafCount * width)
  const roots = layout.int32(trees.length)
  const scratch = layout.bytes(scratchBytesOf(shape))
  growMemory(memory, layout.end())
  const rootAddresses = new Uint32Array(memory.buffer, roots, trees.length)
  const next = { node: nodes, shares }
  trees.forEach((tree, t) => {
    rootAddresses[t] = next.node
    writeTree(tree, columns, width, memory.buffer, next)
  })
  return { packed: { ...shape, memory, roots, treeCount: trees.length }, scratch }
}

/** Writes the nodes of a tree and the values of its leaves where `next` says, and moves `next` behind them. */
function writeTree(
  { feature, threshold, left, right, missingGoesLeft, value }: Tree,
  columns: number,
  width: number,
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
      for (let k = 0; k < width; k++) sharesOfLeaves[next.shares / 8 + k] = value[node * width + k]
      next.shares += width * 8
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
