import { loadKernelSync, openKernel } from '../../wasm/kernel.ts'
import { type Exports, kernel as leavesKernel, Node } from '../../wasm/kernels/boosted-leaves.ts'
import { memoryLayout, sharedMemory } from '../../wasm/memory.ts'
import type { GradientBoostingModel } from './model.ts'
import { CATEGORICAL, MISSING_LEFT } from './node-flags.ts'
import { SET_BYTES } from './splits.ts'

/** Bytes of the rows that go through all trees together: they stay in the L2 cache meanwhile. */
const BLOCK_BYTES = 256 * 1024

/** The trees of a model in the kernel's memory, and room for rows to predict. Addresses are in bytes. */
export type PackedTrees = {
  readonly kernel: Exports
  readonly memory: WebAssembly.Memory
  readonly roots: number
  /** f64[capacity][columns + 1], the last column 0. */
  readonly rows: number
  /** f64[outputs][capacity] */
  readonly sums: number
  readonly capacity: number
}

/** Where a node's fields lie, in words of 4 bytes (integers) and of 8 (numbers). */
const field = {
  threshold: Node.fields.threshold[1] / 8,
  value: Node.fields.value[1] / 8,
  feature: Node.fields.feature[1] / 4,
  left: Node.fields.left[1] / 4,
  missingLeft: Node.fields.missingLeft[1] / 4,
  categories: Node.fields.categories[1] / 4,
}

export function packTrees(model: GradientBoostingModel): PackedTrees {
  const { roots, feature, featureCount: columns, baseline, sets } = model
  const outputs = baseline.length
  const rowBytes = (columns + 1) * 8
  const capacity = Math.max(8, Math.floor(BLOCK_BYTES / rowBytes))
  const layout = memoryLayout()
  const at = {
    nodes: layout.bytes(feature.length * Node.bytes),
    sets: layout.bytes(sets.length),
    roots: layout.int32(roots.length),
    rows: layout.bytes(capacity * rowBytes),
    sums: layout.float64(outputs * capacity),
  }
  const memory = sharedMemory(layout.end())
  new Uint8Array(memory.buffer, at.sets, sets.length).set(sets)
  writeNodes(model, memory.buffer, at)
  const kernel = openKernel(leavesKernel, loadKernelSync(leavesKernel), memory)
  kernel.rows.value = at.rows
  kernel.rowBytes.value = rowBytes
  kernel.sums.value = at.sums
  kernel.capacity.value = capacity
  kernel.outputs.value = outputs
  return { kernel, memory, ...at, capacity }
}

/** Writes all nodes so that the two children of a node lie side by side, and the addresses of the roots. */
function writeNodes(
  { roots, feature, value, right, marks, featureCount }: GradientBoostingModel,
  buffer: ArrayBufferLike,
  at: { readonly nodes: number; readonly sets: number; readonly roots: number },
): void {
  const ints = new Int32Array(buffer)
  const numbers = new Float64Array(buffer)
  const rootAddresses = new Uint32Array(buffer, at.roots, roots.length)
  // A parent comes before its children, and gives them their addresses.
  const addresses = new Uint32Array(feature.length)
  let next = at.nodes
  roots.forEach((root, tree) => {
    rootAddresses[tree] = next
    addresses[root] = next
    next += Node.bytes
    const end = tree + 1 < roots.length ? roots[tree + 1] : feature.length
    for (let node = root; node < end; node++) {
      const address = addresses[node]
      if (address === 0) throw new Error(`Node ${node} of a tree has no parent before it.`)
      const [int, number] = [address / 4, address / 8]
      if (feature[node] < 0) {
        numbers[number + field.threshold] = Number.POSITIVE_INFINITY
        numbers[number + field.value] = value[node]
        ints[int + field.feature] = featureCount * 8
        ints[int + field.left] = address
        continue
      }
      const isCategorical = (marks[node] & CATEGORICAL) !== 0
      numbers[number + field.threshold] = isCategorical ? Number.NaN : value[node]
      ints[int + field.feature] = feature[node] * 8
      ints[int + field.left] = next
      ints[int + field.missingLeft] = (marks[node] & MISSING_LEFT) === 0 ? 0 : 1
      ints[int + field.categories] = isCategorical ? at.sets + value[node] * SET_BYTES : 0
      addresses[node + 1] = next
      addresses[right[node]] = next + Node.bytes
      next += 2 * Node.bytes
    }
  })
}
